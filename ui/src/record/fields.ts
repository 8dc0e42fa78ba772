// A collection's schema as a list of fields: what a column, a fact, a filter and a form row are made of.
import type { CollectionSchema, PropertySchema, Value } from '@/api/types'
import { t } from '@/texts'

export type FieldKind =
  | 'text' | 'long' | 'integer' | 'number' | 'money' | 'boolean' | 'date' | 'time' | 'enum' | 'ref' | 'division'
  | 'stake' | 'photo' | 'json'
export interface Option {
  code: string
  word: string
  color?: string
}
export interface Field {
  name: string
  title: string
  help?: string
  kind: FieldKind
  format?: string
  unit?: string
  options: Option[]
  ref: string[]
  many: boolean
  required: boolean
  readOnly: boolean
  derived?: string
  min?: number
  max?: number
  maxLength?: number
  pattern?: string
  group: string
  base: boolean
  grade: number
  seq: number
  search: boolean
}

const typeOf = (p: PropertySchema): string | undefined =>
  Array.isArray(p.type) ? p.type.find((x) => x !== 'null') : p.type
const isGeometry = (p: PropertySchema): boolean =>
  Boolean(p['x-ogc-role']?.includes('geometry') || p.format?.startsWith('geometry'))

function kindOf(p: PropertySchema, item: PropertySchema): FieldKind {
  const x = p['x-sangzi'] ?? {}
  const widget = x.widget
  const type = typeOf(item)
  const format = item.format ?? p.format
  if (widget === 'stake' || format === 'stake') return 'stake'
  if (widget === 'photo' || format === 'photo' || format === 'file') return 'photo'
  if (x.ref?.length) return x.ref.length === 1 && x.ref[0] === 'division' ? 'division' : 'ref'
  if (format === 'division') return 'division'
  if (item.enum?.length || (x.labels && Object.keys(x.labels).length)) return 'enum'
  if (type === 'boolean') return 'boolean'
  if (format === 'date') return 'date'
  if (format === 'date-time') return 'time'
  if (format === 'money' || widget === 'money' || p['x-ogc-unit'] === '元' || p['x-ogc-unit'] === 'CNY') return 'money'
  if (type === 'integer') return 'integer'
  if (type === 'number') return 'number'
  if (type === 'object' || type === 'array') return 'json'
  return widget === 'long' || (item.maxLength ?? 0) > 500 ? 'long' : 'text'
}

function optionsOf(p: PropertySchema, item: PropertySchema): Option[] {
  const { labels = {}, colors = {} } = p['x-sangzi'] ?? {}
  const codes = (item.enum ?? Object.keys(labels)).filter((c): c is string | number => typeof c === 'string' || typeof c === 'number')
  return codes.map(String).map((code) => ({ code, word: labels[code] ?? code, color: colors[code] }))
}

const UNIT: Record<string, string> = { m2: 'm²', m3: 'm³', km2: 'km²', '1': '', '{count}': '' }
const unitOf = (unit: string | undefined): string | undefined => (unit === undefined ? undefined : (UNIT[unit] ?? unit) || undefined)

export function fieldOf(name: string, p: PropertySchema, required: string[] = []): Field {
  const x = p['x-sangzi'] ?? {}
  const many = Boolean(x.many) || typeOf(p) === 'array'
  const item = (many && p.items) || p
  const kind = kindOf(p, item)
  return {
    name,
    title: p.title ?? name,
    help: p.description,
    kind,
    format: item.format ?? p.format,
    unit: kind === 'stake' ? undefined : kind === 'money' ? t('record.yuan') : unitOf(p['x-ogc-unit']),
    options: kind === 'enum' ? optionsOf(p, item) : [],
    ref: x.ref ?? [],
    many,
    required: required.includes(name),
    readOnly: Boolean(p.readOnly || x.derived),
    derived: x.derived,
    min: item.minimum,
    max: item.maximum,
    maxLength: item.maxLength,
    pattern: item.pattern,
    group: x.group ?? '',
    base: Boolean(x.base),
    grade: x.grade ?? 1,
    seq: p['x-ogc-propertySeq'] ?? 9999,
    search: Boolean(x.search),
  }
}

/** All fields but the geometry, in the order of the pack. */
export function fieldsOf(schema: CollectionSchema | null | undefined): Field[] {
  if (!schema) return []
  return Object.entries(schema.properties)
    .filter(([name, p]) => name !== 'geometry' && name !== 'id' && !isGeometry(p))
    .map(([name, p]) => fieldOf(name, p, schema.required))
    .sort((a, b) => Number(a.base) - Number(b.base) || a.seq - b.seq)
}

export const isNumeric = (f: Field): boolean => f.kind === 'integer' || f.kind === 'number' || f.kind === 'money'
export const isQuiet = (f: Field): boolean => f.base && f.name !== 'division'

/** The first look at a register: what names a record, its division, then the first few of the pack. */
export function firstColumns(fields: Field[], label: string | undefined, most = 8): string[] {
  const own = fields.filter((f) => !f.base && f.kind !== 'json' && f.kind !== 'photo' && f.kind !== 'long')
  const names = own.map((f) => f.name)
  const first = label && names.includes(label) ? [label] : []
  const rest = names.filter((n) => n !== label)
  const division = fields.some((f) => f.name === 'division') ? ['division'] : []
  return [...first, ...rest.slice(0, most - first.length - division.length), ...division]
}

export const hasValue = (v: Value | undefined): boolean =>
  v !== undefined && v !== null && v !== '' && !(Array.isArray(v) && v.length === 0)
