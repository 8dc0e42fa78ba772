// How a value is said: with its word, its unit, its day, in the county's form.
import type { Feature, Value } from '@/api/types'
import { collectionOf } from '@/state/county'
import { packTitle } from '@/state/packs'
import { t } from '@/texts'
import { day, moment, number } from '@/texts/format'
import { hasValue, type Field } from './fields'
import { stakeText } from '@/texts/stake'

type Labels = Feature['labels']

/** The word of one reference or code, as the server gave it beside the properties. */
export function labelOf(labels: Labels, name: string, value: Value, at = 0): string | undefined {
  const given = labels?.[name]
  if (given === undefined || given === null) return undefined
  if (typeof given === 'string') return given || undefined
  if (Array.isArray(given)) return given[at]
  return given[String(value)]
}

export const wordOf = (field: Field, code: Value): string | undefined => field.options.find((o) => o.code === String(code))?.word
export const colorOf = (field: Field, code: Value): string | undefined => field.options.find((o) => o.code === String(code))?.color

/** collection and id of a reference: "person/01ABC…" or the id alone. */
export function target(field: Field, value: string): { collection: string; id: string } {
  const cut = value.indexOf('/')
  return cut > 0
    ? { collection: value.slice(0, cut), id: value.slice(cut + 1) }
    : { collection: field.kind === 'division' ? 'division' : (field.ref[0] ?? ''), id: value }
}

/** A day of another year is long enough without its weekday. */
const plainDay = (iso: string): string =>
  Number(iso.slice(0, 4)) === new Date().getFullYear() ? day(iso) : day(iso).replace(/ 周.$/, '').replace(/^[A-Z][a-z]{2},? /, '')

function one(field: Field, value: Value, labels: Labels, at: number): string {
  if (value === null) return '—'
  switch (field.kind) {
    case 'enum':
      return wordOf(field, value) ?? labelOf(labels, field.name, value, at) ?? String(value)
    case 'ref':
    case 'division':
      return labelOf(labels, field.name, value, at) ?? String(value)
    case 'boolean':
      return value === true ? t('common.yes') : t('common.no')
    case 'date':
      return plainDay(String(value))
    case 'time':
      return moment(String(value))
    case 'stake':
      return typeof value === 'number' ? stakeText(value) : String(value)
    case 'money':
      return typeof value === 'number' ? number(value, 2) : String(value)
    case 'integer': // a year is no amount: 2011, not 2,011
      if (typeof value === 'number' && !field.unit && Math.abs(value) < 10000) return String(value)
      return typeof value === 'number' ? number(value, 0) : String(value)
    case 'number':
      return typeof value === 'number' ? number(value, undefined) : String(value)
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
}

/** The whole value as text, without its unit. */
export function say(field: Field, value: Value | undefined, labels?: Labels): string {
  if (!hasValue(value) || value === undefined) return '—'
  if (field.kind === 'photo') return t('record.photosAre', { n: Array.isArray(value) ? value.length : 1 }) // a digest says nothing
  if (Array.isArray(value) && field.kind !== 'json') return value.map((v, i) => one(field, v, labels, i)).join(t('record.comma'))
  return one(field, value, labels, 0)
}

/** With its unit, for a sentence or a single fact. */
export function sayFull(field: Field, value: Value | undefined, labels?: Labels): string {
  const text = say(field, value, labels)
  return text === '—' || !field.unit ? text : `${text} ${field.unit}`
}

/** The name of a record: as its pack says it, its label property, else the first that has a value. */
export function nameOf(feature: Feature, fields: Field[], collection: string): string {
  const own = packTitle(feature, collection)
  if (own) return own
  const label = collectionOf(collection)?.['x-sangzi']?.label
  const named = fields.find((f) => f.name === label)
  if (named && hasValue(feature.properties[named.name])) return sayFull(named, feature.properties[named.name], feature.labels)
  const stakes = fields.filter((f) => f.kind === 'stake' && hasValue(feature.properties[f.name]))
  const line = fields.find((f) => f.kind === 'ref' && !f.many && hasValue(feature.properties[f.name]))
  if (stakes.length > 1)
    return [line ? say(line, feature.properties[line.name], feature.labels) : '', stakes.slice(0, 2).map((f) => say(f, feature.properties[f.name])).join('–')].join(' ').trim()
  const other = fields.find((f) => !f.base && hasValue(feature.properties[f.name]))
  return other ? sayFull(other, feature.properties[other.name], feature.labels) : feature.id
}

/** The ids of a photo field, one or many. */
export const idsOf = (v: Value | undefined): string[] =>
  (Array.isArray(v) ? v : [v]).filter((x): x is string => typeof x === 'string' && x !== '')
