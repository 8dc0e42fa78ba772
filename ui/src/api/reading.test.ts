import { afterEach, expect, it, vi } from 'vitest'
import { readAll, reading, readOn } from './reading'

const feature = (id: string) => ({ type: 'Feature', id, geometry: null, properties: {} })
/** A server whose pages are given by address. */
function serve(pages: Record<string, { ids: string[]; next?: string; matched?: number } | number>): string[] {
  const asked: string[] = []
  vi.stubGlobal('fetch', (address: string) => {
    const url = new URL(address, 'http://here')
    const key = url.searchParams.get('token') ?? url.searchParams.get('filter') ?? ''
    asked.push(key)
    const page = pages[key]
    if (page === undefined || typeof page === 'number') return Promise.resolve(new Response('{"title":"no"}', { status: page ?? 404 }))
    const links = page.next ? [{ rel: 'next', href: `http://elsewhere/collections/c/items?token=${page.next}` }] : []
    return Promise.resolve(new Response(JSON.stringify({ type: 'FeatureCollection', features: page.ids.map(feature), links, numberMatched: page.matched })))
  })
  return asked
}
afterEach(() => vi.unstubAllGlobals())

it('reads a part first and says how many are left out', async () => {
  serve({ x: { ids: ['a', 'b'], next: 'x2', matched: 3 }, x2: { ids: ['c'] } })
  const first = await readOn(reading('c', [{ filter: 'x' }]))
  expect([first.rows.length, first.total, first.whole]).toEqual([2, 3, false])
  const all = await readOn(first)
  expect([all.rows.map((f) => f.id).join(''), all.total, all.whole]).toEqual(['abc', 3, true])
})
it('knows that there are more where the server has not counted', async () => {
  serve({ x: { ids: ['a'], next: 'x2' }, y: { ids: ['b'], matched: 1 } })
  const got = await readOn(reading('c', [{ filter: 'x' }, { filter: 'y' }]))
  expect([got.total, got.whole]).toEqual([null, false])
})
it('lists once what answers two questions, and asks no question again that is at its end', async () => {
  const asked = serve({ x: { ids: ['a', 'w'], matched: 2 }, y: { ids: ['w'], next: 'y2', matched: 2 }, y2: { ids: ['z'] } })
  const got = await readAll(reading('c', [{ filter: 'x' }, { filter: 'y' }]))
  expect([got.rows.map((f) => f.id), got.total, got.whole]).toEqual([['a', 'w', 'z'], 3, true])
  expect(asked).toEqual(['x', 'y', 'y2'])
})
it('keeps what it has when a page does not come, and can be asked again', async () => {
  serve({ x: { ids: ['a'], next: 'x2', matched: 2 }, x2: 503 })
  const got = await readAll(reading('c', [{ filter: 'x' }]))
  expect([got.rows.length, got.whole, got.problem?.status]).toEqual([1, false, 503])
  serve({ x2: { ids: ['b'] } })
  expect((await readOn(got)).rows.length).toBe(2)
})
it('is whole when nothing is asked', () => expect(reading('c', []).whole).toBe(true))
