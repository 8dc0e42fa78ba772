import { describe, expect, it } from 'vitest'
import type { IndicatorAnswer } from '@/api/types'
import { changeText, recordsPath, valueText } from './figure'

const base: IndicatorAnswer = {
  description: '', better: 'up', division: '990121000000', period: '2026', value: null, previous: null, numerator: null, denominator: null,
  completeness: null, source: '', changed: null, children: [], id: 'share', title: '自动化检测比例', unit: '%', collection: 'road_section', filter: 'length > 0', numeratorFilter: "by = '检测车'",
}

describe('a figure', () => {
  it('reads a share however it is told', () => {
    expect(valueText({ ...base, value: 0.38, numerator: 570, denominator: 1500 })).toBe('38')
    expect(valueText({ ...base, value: 38, numerator: 570, denominator: 1500 })).toBe('38')
    expect(valueText({ ...base, value: null })).toBe('—')
    expect(valueText({ ...base, unit: 'km', value: 1499.62 })).toBe('1,500')
  })
  it('says its change in words', () => {
    expect(changeText({ ...base, value: 38, previous: 31.5 })).toBe('比上期多 6.5 个百分点')
    expect(changeText({ ...base, value: 38 })).toBe('没有上期可比')
  })
  it('opens to its records', () => {
    const path = recordsPath({ ...base, value: 1 }, '990121108000', true) ?? ''
    const q = new URLSearchParams(path.split('?')[1])
    expect(q.get('filter')).toBe("(length > 0) AND (by = '检测车')")
    expect(q.get('division')).toBe('990121108000')
  })
})
