// What of a layer is in view, by the rows of its legend: from the sums of the server, never from what happened to be drawn.
import { conjuncts } from '@/api/cql'
import type { LegendRow, PanelLayer, Sums } from '@/api/types'
import { hectareText, lengthText, muText, number } from '@/texts/format'
import { t } from '@/texts'
import { legendTest } from './legend'

export interface Sum {
  count: number
  area: number | null
  length: number | null
}
export interface InView {
  /** The server has not added up yet: unknown is not nothing. */
  state: 'adding' | 'known'
  total?: Sum
  rows: (Sum | undefined)[]
  /** The side of the cells, in metres, where the view's edge cuts some. */
  cell?: number
}
export const adding = (): InView => ({ state: 'adding', rows: [] })

/** The part of a row's filter that speaks of the property the sums are grouped by; what else it says holds of the whole layer. */
function speaksOf(filter: string | undefined, property: string): ((value: unknown) => boolean) | undefined {
  if (!filter) return undefined
  const unwrap = (text: string): string => (/^\((?:[^()']|'[^']*')*\)$/.test(text) ? text.slice(1, -1) : text)
  const parts = conjuncts(filter).map(unwrap).flatMap((part) => conjuncts(part))
  const own = parts.filter((part) => new RegExp(`(^|[^\\w])"?${property}"?([^\\w]|$)`).test(part)).map(legendTest)
  if (!own.length || own.some((test) => !test)) return undefined
  return (value) => own.every((test) => test?.({ [property]: value }))
}
/** The legend's word for a feature that has the drawn property alone. */
export const classWord = (legend: LegendRow[], properties: Record<string, unknown>): string =>
  legend.find((row) => Object.keys(properties).some((name) => speaksOf(row.filter, name)?.(properties[name])))?.label ?? ''

const add = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : a + b)

/** The rows' sums; a row that asks for more than the groups know has none. */
export function rowsOf(legend: LegendRow[], sums: Sums): (Sum | undefined)[] {
  const whole: Sum = { count: sums.count, area: sums.area, length: sums.length }
  if (legend.length === 1) return [whole]
  const group = sums.group
  if (!group) return legend.map(() => undefined)
  return legend.map((row) => {
    const test = speaksOf(row.filter, group)
    if (!test) return undefined
    const mine = sums.groups.filter((g) => test(g.value))
    return mine.reduce<Sum>((s, g) => ({ count: s.count + g.count, area: add(s.area, g.area), length: add(s.length, g.length) }), { count: 0, area: null, length: null })
  })
}
export const inView = (layer: PanelLayer, sums: Sums): InView => ({
  state: 'known',
  total: { count: sums.count, area: sums.area, length: sums.length },
  rows: rowsOf(layer.legend, sums),
  cell: sums.exact ? undefined : sums.cell,
})

type Kind = PanelLayer['kind']
/** How much: areas in 亩, lines in kilometres, points by number. */
export function sumText(s: Sum, kind: Kind): string {
  if (kind === 'fill' && s.area !== null) return muText(s.area)
  if (kind === 'line' && s.length !== null) return lengthText(s.length)
  return number(s.count)
}
/** On hover: what the short text leaves out. */
export function sumTitle(s: Sum, kind: Kind): string {
  const count = t('common.rows', { n: number(s.count) })
  if (kind === 'fill' && s.area !== null) return `${count} · ${hectareText(s.area)}`
  return kind === 'line' && s.length !== null ? `${count} · ${lengthText(s.length)}` : count
}
/** The sentence of a layer's row. */
export function totalText(v: InView, kind: Kind): string {
  if (v.state === 'adding' || !v.total) return t('map.adding')
  const count = t('common.rows', { n: number(v.total.count) })
  const much = sumText(v.total, kind)
  const both = much === number(v.total.count) ? count : `${count}${t('map.sumAnd')}${much}`
  return t('map.inViewSum', { n: v.cell ? t('map.about', { n: both }) : both })
}
/** A class that is not in view has no place on paper; what is unknown keeps it. */
export const isThere = (s: Sum | undefined): boolean => s === undefined || s.count > 0 || (s.area ?? 0) > 0 || (s.length ?? 0) > 0
