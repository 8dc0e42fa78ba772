// A filter counted by one property: which properties can be asked, and what comes of the server's groups.
import type { DivisionRef, Statistics, Value } from '@/api/types'
import { isNumeric, type Field } from '@/record/fields'
import { toCql, type Clause } from '@/register/clauses'
import { stem } from '@/state/stem'
import { t } from '@/texts'

export type Measure = 'count' | 'sum' | 'mean'
export interface Group {
  /** What the property holds; null: not filled in. */
  value: Value
  word: string
  color?: string
  count: number
  /** The figure asked for: the count, or the sum or mean of a property. */
  n: number
  /** The filter that leaves only this group. */
  clause: Clause
}

const LONG = 12
const FIRST = ['state', 'condition', 'status', 'severity', 'grade', 'kind', 'class']
const rank = (f: Field): number => {
  const at = FIRST.indexOf(f.name)
  return at < 0 ? FIRST.length : at
}
/** Codes, yes and no, divisions: what a list can be told apart by. A board wants few and one each. */
export function groupable(fields: Field[], board = false): Field[] {
  const fits = fields.filter((f) => {
    if (f.many) return false
    if (f.kind === 'enum') return f.options.length > 1 && (!board || (f.options.length <= 12 && !f.base))
    if (f.kind === 'boolean') return !board
    return f.kind === 'division' && !board
  })
  return fits.sort((a, b) => rank(a) - rank(b) || Number(a.base) - Number(b.base) || a.seq - b.seq)
}
export const measurable = (fields: Field[]): Field[] => fields.filter((f) => isNumeric(f) && !f.base && !/year/.test(f.name))

const figure = (g: { count: number; properties?: Statistics['properties'] }, measure: Measure, property: string | undefined): number => {
  if (measure === 'count' || !property) return g.count
  return g.properties?.[property]?.[measure] ?? 0
}
const only = (property: string, value: Value): Clause =>
  value === null || value === undefined ? { property, op: 'empty', values: [] } : { property, op: typeof value === 'boolean' ? 'is' : 'in', values: [value] }

function byCode(field: Field, stats: Statistics, measure: Measure, property: string | undefined): Group[] {
  const given = stats.groups ?? []
  const codes: Value[] = field.kind === 'boolean' ? [true, false] : field.options.map((o) => o.code)
  const rest = given.map((g) => g.value ?? null).filter((v) => v !== null && !codes.some((c) => String(c) === String(v)))
  const empty = given.some((g) => (g.value ?? null) === null) ? [null] : []
  const all: Group[] = [...codes, ...rest, ...empty].map((value) => {
    const g = given.find((x) => String(x.value ?? null) === String(value)) ?? { count: 0 }
    const option = field.options.find((o) => o.code === String(value))
    const word = value === null ? t('register.opEmpty') : typeof value === 'boolean' ? t(value ? 'common.yes' : 'common.no') : (option?.word ?? String(value))
    return { value, word, color: option?.color, count: g.count, n: figure(g, measure, property), clause: only(field.name, value) }
  })
  return all.length > LONG ? all.filter((g) => g.count) : all // of a long list of codes only those that occur
}
/** Villages are gathered under the divisions below the one we look at. */
function byDivision(field: Field, stats: Statistics, below: DivisionRef[], measure: Measure, property: string | undefined): Group[] {
  return below.map((d) => {
    const mine = (stats.groups ?? []).filter((g) => String(g.value ?? '').startsWith(stem(d.code)))
    const count = mine.reduce((sum, g) => sum + g.count, 0)
    const filled = mine.reduce((sum, g) => sum + (property ? (g.properties?.[property]?.count ?? 0) : 0), 0)
    const sum = mine.reduce((s, g) => s + (property ? (g.properties?.[property]?.sum ?? 0) : 0), 0)
    const n = measure === 'count' ? count : measure === 'sum' ? sum : filled ? sum / filled : 0
    return { value: d.code, word: d.name, count, n, clause: { property: field.name, op: 'within', values: [d.code] } }
  })
}
export function groupsOf(field: Field, stats: Statistics, below: DivisionRef[], measure: Measure = 'count', property?: string): Group[] {
  if (field.kind !== 'division') return byCode(field, stats, measure, property)
  return byDivision(field, stats, below, measure, property).sort((a, b) => b.n - a.n)
}
/** The filter of a list, narrowed to one group. */
export function narrowed(clauses: Clause[], clause: Clause, fields: Field[]): string {
  const same = (c: Clause): boolean => 'property' in c && 'property' in clause && c.property === clause.property
  return toCql([...clauses.filter((c) => !same(c)), clause], fields)
}

/** Sums of land are spoken of in 亩: 2000/3 m². */
export const inMu = (f?: Field): boolean => f?.unit === 'm²' || f?.unit === 'm2'
export const unitOf = (f: Field): string | undefined => (inMu(f) ? t('common.mu') : f.unit)
export const spoken = (groups: Group[], f?: Field): Group[] => (inMu(f) ? groups.map((g) => ({ ...g, n: (g.n * 3) / 2000 })) : groups)

/** A round end of the axis, and four steps to it. */
export function ticks(most: number): number[] {
  if (!(most > 0)) return [0, 1]
  const power = 10 ** Math.floor(Math.log10(most / 4))
  const step = ([1, 2, 2.5, 5, 10].find((m) => (m * power * 4) >= most) ?? 10) * power
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, i) => Number((i * step).toPrecision(12)))
}
const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text)
/** What stands behind the chart, for a sheet; with the mark by which Excel knows UTF-8. */
export const csvOf = (head: string[], rows: (string | number)[][]): string =>
  `\ufeff${[head, ...rows].map((r) => r.map((c) => cell(String(c))).join(',')).join('\r\n')}\r\n`
