// Sheets and files that come in: staged, matched, checked, then applied.
import { actorHeaders } from './actor'
import { ask, askFull, type Answer } from './client'
import type { Import, Result } from './types'

const enc = encodeURIComponent

export const postImport = (
  file: File,
  q: { collection?: string; division?: string } = {},
): Promise<Result<Answer<{ id: string }>>> =>
  askFull('/imports', {
    method: 'POST',
    query: { name: file.name, ...q },
    body: file,
    headers: { ...actorHeaders(), 'Content-Type': 'application/octet-stream' },
  })
export const getImport = (id: string, signal?: AbortSignal): Promise<Result<Import>> => ask(`/imports/${enc(id)}`, { signal })
export interface ImportChoice {
  collection?: string
  layer?: string
  columns?: Record<string, string | null>
  crs?: string
  key?: string[]
  encoding?: string
}
export const patchImport = (id: string, choice: ImportChoice): Promise<Result<Import>> =>
  ask(`/imports/${enc(id)}`, { method: 'PATCH', body: choice, headers: actorHeaders() })
export const applyImport = (id: string, accept: 'all-or-nothing' | 'good-rows'): Promise<Result<Import | null>> =>
  ask(`/imports/${enc(id)}/apply`, { method: 'POST', body: { accept }, headers: actorHeaders() })
export const dropImport = (id: string): Promise<Result<null>> =>
  ask(`/imports/${enc(id)}`, { method: 'DELETE', headers: actorHeaders() })
export const sheetAddress = (id: string): string => `/imports/${enc(id)}/sheet`
