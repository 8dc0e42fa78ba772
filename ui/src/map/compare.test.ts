import { describe, expect, it } from 'vitest'
import type { PanelLayer } from '@/api/types'
import { cut, PICTURE, scaleBar, seenLegend } from './usePrint'
import { areaFilter, boxRing } from './useSelect'
import { otherLayers } from './useSwipe'

const layer = (id: string, more: Partial<PanelLayer> = {}): PanelLayer => ({
  id, title: id, group: '', base: false, collection: '', kind: 'fill', visible: true, legend: [], time: null, minzoom: 0, ...more,
})

const sum = (count: number) => ({ count, area: null, length: null })

describe('comparing', () => {
  it('begins without the area that covers the left', () => {
    const panel = [layer('water', { kind: 'fill', base: true }), layer('land', { kind: 'fill' }), layer('road', { kind: 'line' })]
    expect(otherLayers(new Set(['water', 'land', 'road']), panel)).toEqual(['water', 'road'])
  })
})
describe('choosing an area', () => {
  it('is CQL2 with a closed ring', () => {
    expect(areaFilter(boxRing([111.5, 31.5], [111.6000004, 31.6]))).toBe('S_INTERSECTS(geometry, POLYGON((111.5 31.5, 111.6 31.5, 111.6 31.6, 111.5 31.6, 111.5 31.5)))')
  })
})
describe('the map on paper', () => {
  it('is cut from the middle in the shape of the sheet', () => {
    const wide = cut(1200, 600)
    expect(wide.height).toBe(600)
    expect(wide.width / wide.height).toBeCloseTo(PICTURE.width / PICTURE.height, 6)
    expect(cut(400, 800)).toMatchObject({ x: 0, width: 400 })
  })
  it('has a round bar and only the classes seen', () => {
    expect(scaleBar(50, 40)).toEqual({ width: 40, metres: 2000 })
    const land = layer('land', { legend: ['a', 'b', 'c', 'd'].map((label) => ({ label })) })
    expect(seenLegend(land, { state: 'known', rows: [sum(3), sum(0), undefined, sum(0)] }).legend?.map((r) => r.label)).toEqual(['a', 'c'])
    expect(seenLegend(land, undefined).legend?.length).toBe(4)
  })
})
