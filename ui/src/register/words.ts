// Clauses said in words: 村 在 枫涧镇 · 状态 是 待核实 · 到期 早于 今天.
import type { Value } from '@/api/types'
import type { Field } from '@/record/fields'
import { say } from '@/record/values'
import { t, type TextKey } from '@/texts'
import { day } from '@/texts/format'
import { isFree, type Clause, type Op } from './clauses'

const OPS: Record<Op, TextKey> = {
  is: 'register.opIs', not: 'register.opNot', in: 'register.opIn', notIn: 'register.opNotIn', has: 'register.opHas', starts: 'register.opStarts',
  less: 'register.opLess', most: 'register.opMost', more: 'register.opMore', least: 'register.opLeast', between: 'register.opBetween',
  empty: 'register.opEmpty', filled: 'register.opFilled', within: 'register.opWithin',
}
const isDay = (f: Field | undefined): boolean => f?.kind === 'date' || f?.kind === 'time'

export function opWord(op: Op, field: Field | undefined): string {
  if (isDay(field) && op === 'less') return t('register.opBefore')
  if (isDay(field) && op === 'least') return t('register.opSince')
  return t(OPS[op])
}
export function dayWord(value: string): string {
  const m = /^today(?:([+-])(\d+))?$/.exec(value)
  if (!m) return day(value.slice(0, 10))
  if (!m[1]) return t('register.today')
  return t(m[1] === '-' ? 'register.daysAgo' : 'register.daysAhead', { n: m[2] ?? '' })
}

/** `named` knows what references and divisions are called, once they have been looked up. */
export function valueWord(value: Value, field: Field | undefined, named: Record<string, string>): string {
  if (!field) return String(value)
  if (isDay(field)) return dayWord(String(value))
  if (field.kind === 'ref' || field.kind === 'division') return named[String(value)] ?? '…'
  const text = say(field, value)
  return field.unit ? `${text} ${field.unit}` : text
}
export interface Spoken {
  title: string
  op: string
  value: string
}
export function speak(clause: Clause, fields: Field[], named: Record<string, string>): Spoken {
  if (isFree(clause)) return { title: '', op: '', value: clause.free }
  const field = fields.find((f) => f.name === clause.property)
  const joint = clause.op === 'between' ? ` ${t('register.to')} ` : ` ${t('register.or')} `
  return {
    title: field?.title ?? clause.property,
    op: opWord(clause.op, field),
    value: clause.values.map((v) => valueWord(v, field, named)).join(joint),
  }
}
export const sentenceOf = (clauses: Clause[], fields: Field[], named: Record<string, string>): string =>
  clauses
    .map((c) => speak(c, fields, named))
    .map((s) => [s.title, s.op, s.value].filter(Boolean).join(' '))
    .join(' · ')
