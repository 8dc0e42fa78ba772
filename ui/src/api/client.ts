// One way to ask the county's server. It never throws: what fails is a Problem in the reader's language.
import { heard, line } from './line'
import { look } from '@/theme/look'
import { t } from '@/texts'
import type { Problem, Result } from './types'

export interface Asking {
  method?: string
  query?: Query
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
  /** As it stands in the county now, never what this device kept. */
  fresh?: boolean
}
export type Query = Record<string, string | number | boolean | null | undefined>
export interface Answer<T> {
  value: T
  etag: string | null
  location: string | null
  status: number
}

export const problem = (type: string, title: string, status = 0, detail?: string): Problem => ({ type, title, status, detail })

/** A path with its query, empty values left out. */
export function address(path: string, query: Query = {}): string {
  const q = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') q.set(name, String(value))
  const text = q.toString()
  return text ? `${path}${path.includes('?') ? '&' : '?'}${text}` : path
}

function bodyOf(body: unknown): { body?: BodyInit; type?: string } {
  if (body === undefined) return {}
  if (body instanceof Blob || body instanceof ArrayBuffer || typeof body === 'string') return { body }
  return { body: JSON.stringify(body), type: 'application/json' }
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = problem('/problems/ui/http', t('error.http', { status: response.status }), response.status)
  try {
    const read = (await response.json()) as Partial<Problem>
    return { ...fallback, ...read, status: read.status ?? response.status }
  } catch {
    return fallback
  }
}

function failure(error: unknown): Problem {
  if (error instanceof DOMException && error.name === 'AbortError')
    return problem('/problems/ui/aborted', t('error.aborted'))
  line.off = true
  return problem('/problems/ui/offline', t('error.offline'), 0, t('error.offlineDetail'))
}

/** The answer with its ETag and Location. */
export async function askFull<T>(path: string, asking: Asking = {}): Promise<Result<Answer<T>>> {
  const { body, type } = bodyOf(asking.body)
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': look.lang, ...asking.headers }
  if (type && !headers['Content-Type']) headers['Content-Type'] = type
  try {
    const response = await fetch(address(path, asking.query), {
      method: asking.method ?? 'GET',
      headers,
      body,
      signal: asking.signal,
      ...(asking.fresh ? { cache: 'no-store' as const } : {}),
    })
    heard(response)
    if (!response.ok) return { ok: false, problem: await problemOf(response) }
    const text = response.status === 204 ? '' : await response.text()
    return {
      ok: true,
      value: {
        value: (text ? JSON.parse(text) : null) as T,
        etag: response.headers.get('ETag'),
        location: response.headers.get('Location'),
        status: response.status,
      },
    }
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, problem: problem('/problems/ui/not-json', t('error.notJson')) }
    return { ok: false, problem: failure(error) }
  }
}

/** Just the value. */
export async function ask<T>(path: string, asking: Asking = {}): Promise<Result<T>> {
  const got = await askFull<T>(path, asking)
  return got.ok ? { ok: true, value: got.value.value } : got
}

export const wasAborted = (p: Problem): boolean => p.type === '/problems/ui/aborted'
