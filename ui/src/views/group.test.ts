import { describe, expect, it } from 'vitest'
import { fieldOf } from '@/record/fields'
import { csvOf, groupable, groupsOf, narrowed, spoken, ticks, unitOf } from './group'

const state = fieldOf('state', { title: '状态', type: 'string', enum: ['发现', '关闭'], 'x-sangzi': { labels: { 发现: '发现', 关闭: '关闭' }, colors: { 发现: '#f00' } } })
const division = fieldOf('division', { title: '区划', type: 'string', 'x-sangzi': { ref: ['division'], base: true } })
const size = fieldOf('size', { title: '面积', type: 'number', 'x-ogc-unit': 'm²' })

describe('groups', () => {
  it('stand in the pack’s order, with those nobody has and those not filled in', () => {
    const got = groupsOf(state, { count: 5, groups: [{ value: '关闭', count: 3 }, { value: null, count: 2 }] }, [])
    expect(got.map((g) => [g.word, g.count])).toEqual([['发现', 0], ['关闭', 3], ['没有填', 2]])
    expect(got[0]?.color).toBe('#f00')
  })
  it('gather villages under the townships below', () => {
    const stats = {
      count: 4,
      groups: [
        { value: '990121100200', count: 1, properties: { size: { count: 1, min: 2, max: 2, sum: 2, mean: 2 } } },
        { value: '990121100201', count: 2, properties: { size: { count: 1, min: 6, max: 6, sum: 6, mean: 6 } } },
        { value: '990121101200', count: 1 },
      ],
    }
    const below = [{ code: '990121101000', level: 'township', name: '荷渡镇' }, { code: '990121100000', level: 'township', name: '稻溪镇' }]
    expect(groupsOf(division, stats, below).map((g) => [g.word, g.n])).toEqual([['稻溪镇', 3], ['荷渡镇', 1]])
    expect(groupsOf(division, stats, below, 'mean', 'size')[0]?.n).toBe(4)
  })
  it('speak of land in 亩', () => {
    const one = { value: 'a', word: 'a', count: 1, n: 2000, clause: { property: 'state', op: 'in' as const, values: ['a'] } }
    expect([unitOf(size), spoken([one], size)[0]?.n, spoken([one], state)[0]?.n]).toEqual(['亩', 3, 2000])
  })
  it('narrow the filter that is there, one clause a property', () => {
    const [g] = groupsOf(state, { count: 0, groups: [] }, [])
    expect(g && narrowed([{ property: 'state', op: 'in', values: ['关闭'] }, { property: 'size', op: 'more', values: [3] }], g.clause, [state, size])).toBe("size > 3 AND state = '发现'")
  })
  it('offer codes before places, and a board only codes', () => {
    expect(groupable([division, size, state]).map((f) => f.name)).toEqual(['state', 'division'])
    expect(groupable([division, size, state], true).map((f) => f.name)).toEqual(['state'])
  })
})
describe('the axis and the sheet', () => {
  it.each([[7, [0, 2, 4, 6, 8]], [100, [0, 25, 50, 75, 100]], [0.9, [0, 0.25, 0.5, 0.75, 1]], [0, [0, 1]]])('%s', (most, want) => expect(ticks(most)).toEqual(want))
  it('quotes what would break the sheet', () => {
    expect(csvOf(['a', 'b'], [['x,y', 1]])).toBe('\ufeffa,b\r\n"x,y",1\r\n')
  })
})
