import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Feature } from '@/api/types'
import { infrastructure } from '.'
import { filtersOf, PARTS } from './parts'
import { gradeOf, metresByGrade, strip } from './road'

const section = (id: string, from: string, to: string, condition: string): Feature => ({
  type: 'Feature', id, geometry: null, properties: { from_stake: from, to_stake: to, condition, pqi: 80 },
})

describe('the file of a road', () => {
  it('puts its sections in order and adds them up by class', () => {
    const parts = strip([section('b', 'K1+000', 'K1+800', '差'), section('a', 'K0+000', 'K1+000', '优'), section('x', '?', '?', '优')])
    expect(parts.map((p) => p.id)).toEqual(['a', 'b'])
    expect(metresByGrade(parts)).toEqual([1000, 0, 0, 0, 800])
    expect(gradeOf('good')).toBe('良')
  })
  it('says the class of a section in the reader’s words', () => {
    const said = strip([{ ...section('a', 'K0+000', 'K1+000', '优'), labels: { condition: 'Excellent' } }])[0]
    expect([said?.condition, said?.word]).toEqual(['优', 'Excellent'])
  })
  it('asks for many ids in short pieces, for one reference and for a list of them', () => {
    expect(filtersOf({ property: 'section' }, ['a', 'b', "c'"], 2)).toEqual(["section IN ('a','b')", "section IN ('c''')"])
    expect(filtersOf({ property: 'sections', many: true }, ['a', 'b'])).toEqual(["A_OVERLAPS(sections, ('a','b'))"])
  })
  it('shows every register of the pack that points to a section', () => {
    const folder = join(process.cwd(), '../packs/02-infrastructure/collections')
    const pointing = readdirSync(folder).flatMap((name) => {
      const found = /^ {4}(\w+): \{.*ref: road_section\b.*/m.exec(readFileSync(join(folder, name), 'utf8'))
      return found && !found[0].includes('opposite:') ? [`${name.replace('.yaml', '')}.${found[1]}${found[0].includes('many: true') ? '[]' : ''}`] : []
    })
    expect(pointing.length).toBeGreaterThan(3)
    expect(PARTS.map((p) => `${p.collection}.${p.property}${p.many ? '[]' : ''}`).sort()).toEqual(pointing.sort())
  })
  it('names a road by number and name, a section by its stakes until its name is worked out', () => {
    const road: Feature = { type: 'Feature', id: 'r', geometry: null, properties: { code: 'S302', name: '云菱线' } }
    expect(infrastructure.title?.(road, 'road')).toBe('S302 云菱线')
    const bare: Feature = { type: 'Feature', id: 's', geometry: null, labels: { road: '云菱线' }, properties: { road: 'r', from_stake: 1999.7, to_stake: 2500 } }
    expect(infrastructure.title?.(bare, 'road_section')).toBe('云菱线 K2+000–K2+500')
    expect(infrastructure.title?.({ ...bare, properties: { name: 'S302 K2' } }, 'road_section')).toBeUndefined()
    expect(infrastructure.title?.(road, 'person')).toBeUndefined()
  })
})
