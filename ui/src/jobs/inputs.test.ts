import { describe, expect, it } from 'vitest'
import { inputFields, inputsOf, seconds, startValues } from './inputs'

const process = {
  id: 'road-condition', version: '1', title: '', description: '', jobControlOptions: [], outputTransmission: [], links: [],
  inputs: {
    year: { title: '年度', schema: { type: 'integer', minimum: 2000 }, minOccurs: 1 },
    division: { title: '区划', schema: { type: 'string', format: 'division' }, minOccurs: 0 },
  },
}
describe('a process’s form', () => {
  it('is made of its inputs', () => {
    const [year, division] = inputFields(process)
    expect(year).toMatchObject({ title: '年度', kind: 'integer', required: true, min: 2000 })
    expect(division).toMatchObject({ kind: 'division', required: false })
    expect(startValues(process, '990121110000')).toEqual({ year: null, division: '990121110000' })
    expect(inputsOf({ year: 2026, division: null })).toEqual({ year: 2026 })
    expect(inputsOf({ phone: '[{"lon":111}]', note: '[石桥' })).toEqual({ phone: [{ lon: 111 }], note: '[石桥' })
  })
  it('tells how long', () => {
    expect(seconds('2026-11-23T10:00:00Z', '2026-11-23T10:01:05Z')).toBe(65)
    expect(seconds(undefined, undefined)).toBe(0)
  })
})
