import { describe, expect, it } from 'vitest'
import type { CollectionSchema } from '@/api/types'
import { fieldsOf, firstColumns } from './fields'
import { metresOf, stakeMetres, stakeText } from '@/texts/stake'
import { say, sayFull, target } from './values'

const schema: CollectionSchema = {
  required: ['code'],
  properties: {
    geometry: { 'x-ogc-role': 'primary-geometry' },
    version: { title: '版本', type: 'integer', 'x-ogc-propertySeq': 1, 'x-sangzi': { base: true } },
    code: { title: '编号', type: 'string', 'x-ogc-propertySeq': 2, 'x-sangzi': { group: '基本' } },
    class: { title: '等级', type: 'string', enum: ['X'], 'x-ogc-propertySeq': 3, 'x-sangzi': { labels: { X: '县道' }, colors: { X: '#10B189' } } },
    from: { title: '起点', type: 'integer', format: 'stake', 'x-ogc-propertySeq': 4 },
    length: { title: '里程', type: 'number', 'x-ogc-unit': 'km', 'x-ogc-propertySeq': 5, readOnly: true },
    villages: { title: '村', type: 'array', items: { type: 'string' }, 'x-ogc-propertySeq': 6, 'x-sangzi': { ref: ['division'], many: true } },
    owner: { title: '主', type: 'string', 'x-ogc-propertySeq': 7, 'x-sangzi': { ref: ['person', 'organization'] } },
  },
}

describe('stakes', () => {
  it.each([['K12+300', 12300], ['k0+005', 5], ['K7', 7000], ['12300', 12300], ['K4＋620.5', 4620]])('%s', (text, m) => {
    expect(stakeMetres(text)).toBe(m)
  })
  it('refuses what is none', () => {
    expect(stakeMetres('12+300m')).toBeNull()
    expect(metresOf(null)).toBeNull()
    expect(stakeText(12300)).toBe('K12+300')
    expect(stakeText(5)).toBe('K0+005')
    // rounded first: the metre that is full belongs to the next kilometre
    expect(stakeText(1999.7)).toBe('K2+000')
    expect(stakeText(1999.4)).toBe('K1+999')
    expect(stakeText(-0.4)).toBe('K0+000')
    expect(stakeText(-1200)).toBe('-K1+200')
  })
})

describe('fields', () => {
  const fields = fieldsOf(schema)
  const by = (name: string) => fields.find((f) => f.name === name) ?? fields[0]!
  it('stand in the pack’s order, the base fields last, the geometry nowhere', () => {
    expect(fields.map((f) => f.name)).toEqual(['code', 'class', 'from', 'length', 'villages', 'owner', 'version'])
    expect(by('class').kind).toBe('enum')
    expect(by('from').kind).toBe('stake')
    expect(by('villages').kind).toBe('division')
    expect(firstColumns(fields, 'class')[0]).toBe('class')
  })
  it('say their values', () => {
    expect(say(by('class'), 'X')).toBe('县道')
    expect(say(by('from'), 12300)).toBe('K12+300')
    expect(sayFull(by('length'), 3.5)).toBe('3.5 km')
    expect(say(by('villages'), ['1', '2'], { villages: ['石桥村', '李家湾'] })).toBe('石桥村、李家湾')
    expect(say(by('code'), null)).toBe('—')
    expect(target(by('owner'), 'person/01A')).toEqual({ collection: 'person', id: '01A' })
  })
})
