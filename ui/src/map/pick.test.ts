import { describe, expect, it } from 'vitest'
import { meant, sortGathered, sortPicked } from './pick'

const f = (type: string, sourceLayer: string, id: string, layer = sourceLayer) =>
  ({ layer: { type, id: layer }, properties: { id, name: id }, sourceLayer, source: sourceLayer }) as unknown as Parameters<typeof sortPicked>[0][number]

describe('what lies under the pointer', () => {
  it('says each record once, points first', () => {
    const got = sortPicked([f('fill', 'land', 'a'), f('line', 'road', 'b'), f('line', 'road', 'b'), f('circle', 'bridge', 'c')])
    expect(got.map((p) => p.id)).toEqual(['c', 'b', 'a'])
  })
  it('takes the road on the field, whatever boundary runs there', () => {
    expect(meant(sortPicked([f('fill', 'land', 'a'), f('line', 'division', 'd'), f('line', 'road', 'b')]))?.id).toBe('b')
    expect(meant(sortPicked([f('fill', 'land', 'a'), f('line', 'division', 'd')]))?.id).toBe('a')
    expect(meant([])).toBeUndefined()
  })
  it('takes the road, though the words of a field lie over it', () => {
    const kinds = new Map([['land', 'fill'], ['land-label', 'symbol'], ['road', 'line'], ['names', 'symbol']])
    const words = f('symbol', 'land', 'a', 'land-label')
    expect(meant(sortPicked([words, f('line', 'road', 'b')], kinds))?.id).toBe('b')
    expect(meant(sortPicked([f('line', 'road', 'b'), f('symbol', 'names', 'n')], kinds))?.id).toBe('n')
  })
  it('leaves two roads to the reader', () => {
    expect(meant(sortPicked([f('line', 'road', 'a'), f('line', 'road', 'b')]))).toBeUndefined()
  })
  it('knows merged patches and gathered points, which are no records', () => {
    const g = (type: string, p: Record<string, unknown>) =>
      ({ layer: { type, id: type, metadata: { 'sangzi:layer': type } }, properties: p, sourceLayer: 'c', source: 'c' }) as unknown as Parameters<typeof sortGathered>[0][number]
    const found = [g('fill', { merged: true, count: 7, land_class: '0101' }), g('circle', { cluster: true, count: 3 }), g('fill', { id: 'a', land_class: '0101' }), g('line', {})]
    expect(sortGathered(found).map((x) => [x.kind, x.count])).toEqual([['cluster', 3], ['merged', 7]])
    expect(sortPicked(found).map((p) => p.id)).toEqual(['a'])
  })
})
