// The service worker: the application opens and what was read last is there without a line. Built to /app/sw.js.
// It writes nothing to the county; what waits to be sent lies in the queue of the page.
import { keyOf, kindOf, MOST, PATIENCE } from './keep'

interface Extendable extends Event {
  waitUntil: (work: Promise<unknown>) => void
}
interface Fetching extends Extendable {
  request: Request
  respondWith: (answer: Promise<Response>) => void
}
interface Scope {
  location: Location
  skipWaiting: () => Promise<void>
  clients: { claim: () => Promise<void> }
  addEventListener: ((name: 'install' | 'activate', f: (e: Extendable) => void) => void) & ((name: 'fetch', f: (e: Fetching) => void) => void)
}
const sw = self as unknown as Scope
// Both are filled in by the build: the names of all parts, and one name for this very set of them.
declare const __SHELL__: string[]
declare const __BUILD__: string
const SHELL = `shell-${__BUILD__}`
const PAGE = '/app/'

sw.addEventListener('install', (e) =>
  e.waitUntil(caches.open(SHELL).then((c) => c.addAll([PAGE, ...__SHELL__])).then(() => sw.skipWaiting())),
)
/** The shell before this one stays: a page opened with it may still ask for its parts. */
async function tidy(): Promise<void> {
  const shells = (await caches.keys()).filter((k) => k.startsWith('shell-') && k !== SHELL)
  await Promise.all(shells.slice(0, -1).map((k) => caches.delete(k)))
  await sw.clients.claim()
}
sw.addEventListener('activate', (e) => e.waitUntil(tidy()))

/** With the moment it was read, so that the page can say so. */
async function marked(response: Response): Promise<Response> {
  const headers = new Headers(response.headers)
  headers.set('Sangzi-Kept', response.headers.get('Date') ?? new Date().toUTCString())
  return new Response(await response.blob(), { status: response.status, statusText: response.statusText, headers })
}
async function keep(kind: 'file' | 'tile' | 'data', request: Request, response: Response): Promise<void> {
  const cache = await caches.open(kind)
  await cache.put(new Request(keyOf(kind, new URL(request.url)), { headers: request.headers }), response)
  const keys = await cache.keys()
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST[kind])).map((k) => cache.delete(k)))
}
const later = (ms: number): Promise<undefined> => new Promise((done) => setTimeout(() => done(undefined), ms))

async function lineFirst(e: Fetching, kind: 'tile' | 'data'): Promise<Response> {
  const cache = await caches.open(kind)
  const kept = await cache.match(keyOf(kind, new URL(e.request.url)), { ignoreVary: kind === 'tile' }).then(
    (found) => found ?? cache.match(e.request),
  )
  const asked = fetch(e.request).then((response) => {
    if (response.status === 200) e.waitUntil(keep(kind, e.request, response.clone()))
    return response
  })
  if (!kept) return asked
  const first = await Promise.race([asked.catch(() => undefined), later(PATIENCE[kind])])
  return first ?? marked(kept)
}
async function keptFirst(e: Fetching): Promise<Response> {
  const kept = await caches.match(e.request)
  if (kept) return kept
  const response = await fetch(e.request)
  if (response.status === 200 && new URL(e.request.url).pathname.startsWith('/files/')) e.waitUntil(keep('file', e.request, response.clone()))
  return response
}
async function page(e: Fetching): Promise<Response> {
  const asked = fetch(e.request).catch(() => undefined)
  const kept = await caches.match(PAGE)
  const first = await (kept ? Promise.race([asked, later(PATIENCE.page)]) : asked)
  return first ?? kept ?? Response.error()
}
sw.addEventListener('fetch', (e) => {
  const kind = kindOf(e.request.method, new URL(e.request.url), e.request.mode, sw.location.origin)
  if (kind === 'pass' || e.request.cache === 'no-store') return
  e.respondWith(kind === 'page' ? page(e) : kind === 'asset' || kind === 'file' ? keptFirst(e) : lineFirst(e, kind))
})
