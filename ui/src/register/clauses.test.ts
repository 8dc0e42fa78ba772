import { describe, expect, it } from 'vitest'
import { fieldOf, type Field } from '@/record/fields'
import { stem } from '@/state/stem'
import { dayOf, fromCql, toCql, type Clause } from './clauses'
import { conjuncts, placeOf } from '@/api/cql'

const now = new Date('2026-11-23T10:00:00')
const fields: Field[] = [
  fieldOf('division', { type: 'string', 'x-sangzi': { ref: ['division'] } }),
  fieldOf('state', { type: 'string', enum: ['待核实', '已核实'] }),
  fieldOf('due', { type: 'string', format: 'date' }),
  fieldOf('name', { type: 'string' }),
  fieldOf('pqi', { type: 'number' }),
  fieldOf('road', { type: 'string', 'x-sangzi': { ref: ['road'] } }),
  fieldOf('safety', { type: 'boolean' }),
]

describe('a sentence and its CQL2', () => {
  const rows: [string, Clause[], string][] = [
    ['a township and all below', [{ property: 'division', op: 'within', values: ['990121110000'] }], "division LIKE '990121110%'"],
    ['one of an enum', [{ property: 'state', op: 'in', values: ['待核实'] }], "state = '待核实'"],
    ['several', [{ property: 'state', op: 'notIn', values: ['a', 'b'] }], "state NOT IN ('a', 'b')"],
    ['before today', [{ property: 'due', op: 'less', values: ['today'] }], "due < DATE('2026-11-23')"],
    ['a quote in a word', [{ property: 'name', op: 'has', values: ["O'x"] }], "name LIKE '%O''x%'"],
    ['a percent is no wildcard', [{ property: 'name', op: 'starts', values: ['5%'] }], "name LIKE '5\\%%'"],
    ['between', [{ property: 'pqi', op: 'between', values: [60, 70.5] }], 'pqi BETWEEN 60 AND 70.5'],
    ['nothing there', [{ property: 'road', op: 'empty', values: [] }], 'road IS NULL'],
    ['yes', [{ property: 'safety', op: 'is', values: [true] }], 'safety = true'],
    ['two', [{ property: 'pqi', op: 'between', values: [1, 2] }, { property: 'safety', op: 'is', values: [false] }],
      'pqi BETWEEN 1 AND 2 AND safety = false'],
    ['what cannot be said', [{ free: 'pqi < 60 OR safety = true' }], 'pqi < 60 OR safety = true'],
    ['beside what can', [{ property: 'pqi', op: 'least', values: [90] }, { free: '(pqi < 60 OR safety = true)' }],
      'pqi >= 90 AND (pqi < 60 OR safety = true)'],
  ]
  it.each(rows)('%s', (_, clauses, text) => {
    expect(toCql(clauses, fields, now)).toBe(text)
    expect(fromCql(text, fields, now)).toEqual(clauses)
  })
  it('loses nothing that it does not understand', () => {
    const odd = "S_INTERSECTS(geometry, POINT(111 31)) AND unknown = 3 AND CASEI(name) = 'x'"
    expect(toCql(fromCql(odd, fields, now), fields, now)).toBe(odd)
    expect(fromCql("name = 'broken", fields)).toEqual([{ free: "name = 'broken" }])
  })
  it('puts brackets round an OR that gets company', () => {
    expect(toCql([{ free: 'a = 1 OR b = 2' }, { property: 'pqi', op: 'is', values: [1] }], fields)).toBe('(a = 1 OR b = 2) AND pqi = 1')
  })
  it('splits at the right ANDs', () => {
    expect(conjuncts("a BETWEEN 1 AND 2 AND b = 'x AND y' AND (c = 1 AND d = 2)")).toEqual(['a BETWEEN 1 AND 2', "b = 'x AND y'", '(c = 1 AND d = 2)'])
  })
  it('knows days and stems', () => {
    expect(dayOf('today-7', now)).toBe('2026-11-16')
    expect(stem('990121000000')).toBe('990121')
    expect(stem('990121110204')).toBe('990121110204')
  })
  it('turns a byte offset into a place', () => {
    expect(placeOf('filter:6', '路况 = 1')).toBe(2)
    expect(placeOf('width', 'x')).toBeNull()
  })
})
