// A file on its way to the server, with how far it has come.
import { actorHeaders } from '@/state/actor'
import { look } from '@/state/look'
import { t } from '@/texts'
import { address, problem } from './client'
import type { Problem, Result } from './types'

export function upload(
  file: File,
  q: { collection?: string; division?: string },
  onShare: (share: number) => void,
): Promise<Result<{ id: string }>> {
  return new Promise((done) => {
    const ask = new XMLHttpRequest()
    const fail = (p: Problem): void => done({ ok: false, problem: p })
    ask.open('POST', address('/imports', { name: file.name, ...q }))
    ask.setRequestHeader('Accept-Language', look.lang)
    ask.setRequestHeader('Content-Type', 'application/octet-stream')
    for (const [name, value] of Object.entries(actorHeaders())) ask.setRequestHeader(name, value)
    ask.upload.onprogress = (e) => e.lengthComputable && onShare(e.loaded / e.total)
    ask.onerror = () => fail(problem('/problems/ui/offline', t('error.offline'), 0, t('error.offlineDetail')))
    ask.onload = () => {
      try {
        const read = JSON.parse(ask.responseText) as { id?: string } & Partial<Problem>
        if (ask.status < 300 && read.id) return done({ ok: true, value: { id: read.id } })
        fail({ ...problem('/problems/ui/http', t('error.http', { status: ask.status }), ask.status), ...read })
      } catch {
        fail(problem('/problems/ui/not-json', t('error.notJson'), ask.status))
      }
    }
    ask.send(file)
  })
}
