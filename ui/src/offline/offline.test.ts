import { afterEach, describe, expect, it, vi } from 'vitest'
import { keyOf, kindOf } from './keep'
import { sendAll, type Waiting } from './queue'
import { memory } from './store'
import { ulid } from './ulid'

const origin = 'http://county.example'
const kind = (path: string, method = 'GET', mode = 'cors') => kindOf(method, new URL(path, origin), mode, origin)

describe('what the worker keeps', () => {
  it.each([
    ['/app/day', 'GET', 'navigate', 'page'],
    ['/app/assets/index-1.js', 'GET', 'cors', 'asset'],
    ['/collections/road/items?limit=5', 'GET', 'cors', 'data'],
    ['/collections/road/items?f=xlsx', 'GET', 'cors', 'pass'],
    ['/collections/road/items', 'POST', 'cors', 'pass'],
    ['/collections/road/tiles/WebMercatorQuad/9/1/2?seq=7', 'GET', 'cors', 'tile'],
    ['/files/ab?size=320', 'GET', 'no-cors', 'file'],
    ['/events', 'GET', 'cors', 'pass'],
    ['/demo/files/x.xlsx', 'GET', 'cors', 'pass'],
    ['http://elsewhere.example/node', 'GET', 'cors', 'pass'],
  ])('%s %s %s → %s', (path, method, mode, want) => expect(kind(path, method, mode)).toBe(want))
  it('keeps a tile without its freshness mark', () => {
    expect(keyOf('tile', new URL('/collections/a/tiles/W/1/2/3?seq=9', origin))).toBe(`${origin}/collections/a/tiles/W/1/2/3`)
  })
})

describe('a ULID of one’s own', () => {
  it('has the time in front, in Crockford’s letters', () => {
    // the example of github.com/ulid/spec: 1469918176385 → 01ARYZ6S41
    expect(ulid(1469918176385).slice(0, 10)).toBe('01ARYZ6S41')
    expect(ulid()).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  })
})

const one = (id: string, more: Partial<Waiting> = {}): Waiting => ({
  id, collection: 'road_defect', verb: 'create', title: id, at: `2026-11-27T0${id}:00:00Z`, change: { properties: { size: 3 }, geometry: null },
  key: `k${id}`, files: [], state: 'waiting', ...more,
})
type Answer = [status: number, body: object]
function line(answers: (Answer | 'cut')[]): { path: string; init: RequestInit }[] {
  const seen: { path: string; init: RequestInit }[] = []
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    seen.push({ path, init })
    const a = answers.shift() ?? 'cut'
    if (a === 'cut') throw new TypeError('Failed to fetch')
    return new Response(JSON.stringify(a[1]), { status: a[0], headers: { ETag: '"7"' } })
  })
  return seen
}
const feature = (properties: object) => ({ type: 'Feature', id: '1', geometry: null, properties })

describe('the queue', () => {
  afterEach(() => vi.unstubAllGlobals())
  it('sends oldest first, idempotently, and stops where the line ends', async () => {
    const queue = memory<Waiting>()
    for (const w of [one('2'), one('1')]) await queue.put(w.id, w)
    const seen = line([[201, feature({ size: 3 })], 'cut'])
    expect(await sendAll(queue)).toEqual({ sent: 1, offline: true })
    expect(seen.map((s) => s.path)).toEqual(['/collections/road_defect/items/1', '/collections/road_defect/items/2'])
    expect(seen[0]?.init).toMatchObject({ method: 'PUT', headers: { 'If-None-Match': '*', 'Idempotency-Key': 'k1' } })
    expect((await queue.all()).map((w) => w.id)).toEqual(['2'])
  })
  it('knows what arrived although its answer was lost', async () => {
    const queue = memory<Waiting>()
    await queue.put('1', one('1'))
    line([[412, { title: 'exists' }], [200, feature({ size: 3, state: '发现' })]])
    expect(await sendAll(queue)).toEqual({ sent: 1, offline: false })
    expect(await queue.all()).toEqual([])
  })
  it('keeps both where somebody else was faster', async () => {
    const queue = memory<Waiting>()
    await queue.put('1', one('1', { verb: 'update', etag: '"5"' }))
    line([[412, { title: 'stale' }], [200, feature({ size: 9 })]])
    await sendAll(queue)
    expect(await queue.get('1')).toMatchObject({ state: 'clash', etag: '"7"', change: { properties: { size: 3 } }, theirs: { properties: { size: 9 } } })
  })
  it('keeps what is refused with its reasons, and waits out a busy server', async () => {
    const queue = memory<Waiting>()
    await queue.put('1', one('1'))
    await queue.put('2', one('2'))
    line([[422, { title: 'no', errors: [{ property: 'size', detail: '不能小于 0' }] }], [503, { title: 'busy' }]])
    expect(await sendAll(queue)).toEqual({ sent: 0, offline: false })
    expect((await queue.all()).map((w) => [w.id, w.state, w.errors?.length])).toEqual([['1', 'refused', 1], ['2', 'waiting', undefined]])
  })
})
