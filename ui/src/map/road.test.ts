import { describe, expect, it } from 'vitest'
import type { Feature } from '@/api/types'
import { gradeOf, idFilters, metresByGrade, stakeMetres, stakeText, strip } from './road'

const section = (id: string, from: string, to: string, condition: string): Feature => ({
  type: 'Feature', id, geometry: null, properties: { from_stake: from, to_stake: to, condition, pqi: 80 },
})

describe('the file of a road', () => {
  it('reads stakes', () => {
    expect(stakeMetres('K4+620')).toBe(4620)
    expect(stakeMetres('YK12+005')).toBe(12005)
    expect(stakeMetres(300)).toBe(300)
    expect(stakeMetres('四公里')).toBeUndefined()
    expect(stakeText(4620)).toBe('K4+620')
  })
  it('puts its sections in order and adds them up by class', () => {
    const parts = strip([section('b', 'K1+000', 'K1+800', '差'), section('a', 'K0+000', 'K1+000', '优'), section('x', '?', '?', '优')])
    expect(parts.map((p) => p.id)).toEqual(['a', 'b'])
    expect(metresByGrade(parts)).toEqual([1000, 0, 0, 0, 800])
    expect(gradeOf('good')).toBe('良')
  })
  it('asks for many ids in short pieces', () => {
    expect(idFilters('section', ['a', 'b', "c'"], 2)).toEqual(["section IN ('a','b')", "section IN ('c''')"])
  })
})
