import { describe, expect, it } from 'vitest'
import type { PanelLayer, Sums } from '@/api/types'
import { adding, classWord, inView, isThere, rowsOf, sumText, sumTitle, totalText } from './sums'

const row = (label: string, filter?: string) => ({ label, filter })
const sums = (more: Partial<Sums> = {}): Sums => ({
  bbox: [1, 2, 3, 4], group: 'land_class', count: 12, area: 2000000, length: null, exact: true, cell: 305,
  groups: [
    { value: '0101', count: 7, area: 1333400, length: null },
    { value: '0102', count: 5, area: 666600, length: null },
    { value: null, count: 1, area: 10, length: null },
  ],
  ...more,
})
const layer = (legend: PanelLayer['legend'], kind: PanelLayer['kind'] = 'fill'): PanelLayer => ({
  id: 'x', title: 'x', group: '', base: false, collection: 'c', kind, visible: true, legend, time: null, minzoom: 0,
})

describe('the legend in view', () => {
  it('finds each row’s group, whatever else the layer filters by', () => {
    const legend = [
      row('水田', "(kind IN ('a', 'b') AND state <> 'x') AND (\"land_class\"='0101')"), row('水浇地', "land_class = '0102'"),
      row('两者', "land_class IN ('0101','0102')"), row('没有填', '"land_class" IS NULL'), row('没有的', "land_class = '0999'"), row('别的', "slope = '1'"),
    ]
    expect(rowsOf(legend, sums()).map((s) => s?.count)).toEqual([7, 5, 12, 1, 0, undefined])
    expect(rowsOf(legend, sums())[2]?.area).toBe(2000000)
  })
  it('reads bounds too, and a single row is the whole layer', () => {
    const numbers = sums({ group: 'limit', groups: [{ value: 3, count: 1, area: null, length: null }, { value: 8, count: 2, area: null, length: null }] })
    expect(rowsOf([row('a', '"limit"<5.01'), row('b', '"limit">=5.01 AND "limit"<15.01')], numbers).map((s) => s?.count)).toEqual([1, 2])
    expect(rowsOf([row('危桥', 'danger = TRUE')], sums({ group: null, groups: [] }))[0]?.count).toBe(12)
    expect(rowsOf([row('a', "x = '1'"), row('b', "x = '2'")], sums({ group: null, groups: [] }))).toEqual([undefined, undefined])
  })
  it('says 亩 and hectares, kilometres, numbers; about, where cells are cut; and never 0 before it knows', () => {
    const v = inView(layer([row('a')]), sums())
    expect(totalText(v, 'fill')).toBe('视野内 12 条，3,000 亩')
    expect(sumTitle({ count: 12, area: 2000000, length: null }, 'fill')).toBe('12 条 · 200 公顷')
    expect(sumText({ count: 1, area: 2e8, length: null }, 'fill')).toBe('30 万亩')
    expect(sumText({ count: 3, area: null, length: 12340 }, 'line')).toBe('12.3 公里')
    expect(totalText(inView(layer([row('a')], 'circle'), sums({ area: null, exact: false, cell: 500 })), 'circle')).toBe('视野内 约 12 条')
    expect(totalText(adding(), 'fill')).toBe('视野内正在算')
  })
  it('has the word of a class for what is drawn merged', () => {
    const legend = [row('水田', "(kind = 'x') AND (\"land_class\"='0101')"), row('旱地', "land_class = '0103'")]
    expect(classWord(legend, { land_class: '0103', count: 4, merged: true })).toBe('旱地')
    expect(classWord(legend, { count: 4 })).toBe('')
  })
  it('keeps on paper what is there or unknown', () => {
    expect([undefined, { count: 0, area: 0, length: null }, { count: 0, area: 5, length: null }].map(isThere)).toEqual([true, false, true])
  })
})
