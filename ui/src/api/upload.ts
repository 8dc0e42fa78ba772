// Bytes on their way to the server, with how far they have come.
import { actorHeaders } from './actor'
import { look } from '@/theme/look'
import { t } from '@/texts'
import { address, problem, type Query } from './client'
import type { Problem, Result } from './types'

export interface Sending {
  path: string
  query: Query
  type: string
  onShare: (share: number) => void
}

/** POSTs `body`; the answer is JSON with an id. */
export function sendBytes<T extends { id: string }>(body: Blob, { path, query, type, onShare }: Sending): Promise<Result<T>> {
  return new Promise((done) => {
    const ask = new XMLHttpRequest()
    const fail = (p: Problem): void => done({ ok: false, problem: p })
    ask.open('POST', address(path, query))
    ask.setRequestHeader('Accept-Language', look.lang)
    ask.setRequestHeader('Content-Type', type)
    for (const [name, value] of Object.entries(actorHeaders())) ask.setRequestHeader(name, value)
    ask.upload.onprogress = (e) => e.lengthComputable && onShare(e.loaded / e.total)
    ask.onerror = () => fail(problem('/problems/ui/offline', t('error.offline'), 0, t('error.offlineDetail')))
    ask.onload = () => {
      try {
        const read = JSON.parse(ask.responseText) as Partial<T> & Partial<Problem>
        if (ask.status < 300 && read.id) return done({ ok: true, value: read as T })
        fail({ ...problem('/problems/ui/http', t('error.http', { status: ask.status }), ask.status), ...read })
      } catch {
        fail(problem('/problems/ui/not-json', t('error.notJson'), ask.status))
      }
    }
    ask.send(body)
  })
}

export const upload = (
  file: File,
  q: { collection?: string; division?: string },
  onShare: (share: number) => void,
): Promise<Result<{ id: string }>> =>
  sendBytes(file, { path: '/imports', query: { name: file.name, ...q }, type: 'application/octet-stream', onShare })
