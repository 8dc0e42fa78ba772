// Files by what they are: the id is the SHA-256 of the bytes, so the same photo is held once and never changes.
import { sendBytes } from './upload'
import type { Result } from './types'

export interface FileFacts {
  id: string
  href: string
  mime: string
  bytes: number
  width?: number
  height?: number
}
const isHref = (id: string): boolean => /^(https?:)?\//.test(id)
export const fileAddress = (id: string): string => (isHref(id) ? id : `/files/${encodeURIComponent(id)}`)
export const thumbAddress = (id: string, size = 320): string => (isHref(id) ? id : `${fileAddress(id)}?size=${size}`)

export const postFile = (file: Blob, name: string, onShare: (share: number) => void = () => undefined): Promise<Result<FileFacts>> =>
  sendBytes<FileFacts>(file, { path: '/files', query: { name }, type: file.type || 'application/octet-stream', onShare })

/** The id a file will have. Undefined where the page is not served safely and the browser lends no digest. */
export async function digestOf(file: Blob): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined
  const sum = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
  return [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, '0')).join('')
}
