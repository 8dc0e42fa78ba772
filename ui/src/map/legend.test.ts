import { describe, expect, it } from 'vitest'
import { legendTest } from './legend'

describe('a legend row asks of properties', () => {
  it('reads the simple forms', () => {
    expect(legendTest("condition = '优'")?.({ condition: '优' })).toBe(true)
    expect(legendTest('pqi >= 80 AND pqi < 90')?.({ pqi: 85 })).toBe(true)
    expect(legendTest('pqi BETWEEN 70 AND 80')?.({ pqi: 90 })).toBe(false)
    expect(legendTest("class IN ('县道','乡道') OR NOT danger = false")?.({ class: '村道', danger: true })).toBe(true)
    expect(legendTest('pqi IS NULL')?.({})).toBe(true)
  })
  it('leaves alone what it does not know', () => {
    expect(legendTest("division_within(division, '990121')")).toBeUndefined()
    expect(legendTest('pqi >')).toBeUndefined()
    expect(legendTest(undefined)).toBeUndefined()
  })
})
