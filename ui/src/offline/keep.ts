// What the service worker does with a request: which are kept, and how.
export type Kind =
  | 'pass' // not ours: writing, live events, downloads
  | 'page' // a page of the application: the line first, then the kept shell
  | 'asset' // its name changes with its content: the keep first
  | 'file' // a photo under its digest: never changes
  | 'tile' // the line first; kept without its freshness mark
  | 'data' // the line first; what was read last when there is none

const DATA = /^\/(node|collections|divisions|tasks|styles|demo|indicators|processes|tileMatrixSets)(\/|$)/
const READABLE = new Set(['json', 'geojson', 'tilejson'])

export function kindOf(method: string, url: URL, mode: string, origin: string): Kind {
  if (method !== 'GET' || url.origin !== origin) return 'pass'
  if (mode === 'navigate') return url.pathname.startsWith('/app') ? 'page' : 'pass'
  if (url.pathname.startsWith('/app/')) return 'asset'
  if (url.pathname.startsWith('/files/')) return 'file'
  if (/\/tiles\/[^/]+\/\d+\/\d+\/\d+$/.test(url.pathname)) return 'tile'
  if (!DATA.test(url.pathname) || url.pathname.startsWith('/demo/')) return 'pass'
  const f = url.searchParams.get('f')
  return f && !READABLE.has(f) ? 'pass' : 'data'
}

/** How many of a kind are kept; the oldest go first. */
export const MOST: Record<'file' | 'tile' | 'data', number> = { file: 300, tile: 1500, data: 500 }
/** A line that gives no sign for so long is none, where something is kept (ms). */
export const PATIENCE: Record<'page' | 'tile' | 'data', number> = { page: 3000, tile: 8000, data: 8000 }
/** The address a thing is kept under. */
export const keyOf = (kind: Kind, url: URL): string => (kind === 'tile' ? url.origin + url.pathname : url.href)
