// A filter as a sentence: clauses joined by “and”, each said in words and written as CQL2, both ways.
import type { Value } from '@/api/types'
import type { Field } from '@/record/fields'
import { stem } from '@/state/stem'
import { isoDay } from '@/texts/format'
import { conjuncts, isReserved, isWord, nameText, quote, readName, tokens, unquote, type Token } from '@/api/cql'

export type Op =
  | 'is' | 'not' | 'in' | 'notIn' | 'has' | 'starts' | 'less' | 'most' | 'more' | 'least' | 'between' | 'empty' | 'filled' | 'within'
export interface Said {
  property: string
  op: Op
  values: Value[]
}
/** What the sentence cannot say stands as it was typed. */
export interface Free {
  free: string
}
export type Clause = Said | Free
export const isFree = (c: Clause): c is Free => 'free' in c

const ORDER: Partial<Record<Op, string>> = { is: '=', not: '<>', less: '<', most: '<=', more: '>', least: '>=' }
const BACK: Record<string, Op> = { '=': 'is', '<>': 'not', '<': 'less', '<=': 'most', '>': 'more', '>=': 'least' }

/** Which words a field can be asked with. The first is offered. */
export function opsOf(field: Field): Op[] {
  if (field.kind === 'division') return field.many ? ['is', 'empty', 'filled'] : ['within', 'empty', 'filled']
  if (field.kind === 'enum') return ['in', 'notIn', 'empty', 'filled']
  if (field.kind === 'boolean') return ['is', 'empty', 'filled']
  if (field.kind === 'ref') return ['is', 'not', 'empty', 'filled']
  if (field.kind === 'date' || field.kind === 'time') return ['less', 'least', 'between', 'empty', 'filled']
  if (['number', 'integer', 'money', 'stake'].includes(field.kind)) return ['least', 'most', 'less', 'more', 'is', 'between', 'empty', 'filled']
  return ['has', 'starts', 'is', 'empty', 'filled']
}

/** today, today-7, today+30 → the day meant. */
export function dayOf(value: string, now = new Date()): string {
  const m = /^today(?:([+-]\d+))?$/.exec(value)
  return m ? isoDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() + Number(m[1] ?? 0))) : value
}
const relative = (iso: string, now: Date): string => (iso === isoDay(now) ? 'today' : iso)

function literal(value: Value, field: Field | undefined, now: Date): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = String(value)
  if (field?.kind === 'date') return `DATE(${quote(dayOf(text, now))})`
  if (field?.kind === 'time') return `TIMESTAMP(${quote(new Date(`${dayOf(text, now)}T00:00:00`).toISOString())})`
  return quote(text)
}
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&')
const whole = (prefix: string): string => prefix.padEnd(12, '0')

function saidText(c: Said, field: Field | undefined, now: Date): string {
  const name = nameText(c.property)
  const lit = (v: Value | undefined): string => literal(v ?? '', field, now)
  switch (c.op) {
    case 'empty':
      return `${name} IS NULL`
    case 'filled':
      return `${name} IS NOT NULL`
    case 'in':
      return c.values.length === 1 ? `${name} = ${lit(c.values[0])}` : `${name} IN (${c.values.map(lit).join(', ')})`
    case 'notIn':
      return c.values.length === 1 ? `${name} <> ${lit(c.values[0])}` : `${name} NOT IN (${c.values.map(lit).join(', ')})`
    case 'has':
      return `${name} LIKE ${quote(`%${escapeLike(String(c.values[0] ?? ''))}%`)}`
    case 'starts':
      return `${name} LIKE ${quote(`${escapeLike(String(c.values[0] ?? ''))}%`)}`
    case 'within':
      return `${name} LIKE ${quote(`${stem(String(c.values[0] ?? ''))}%`)}`
    case 'between':
      return `${name} BETWEEN ${lit(c.values[0])} AND ${lit(c.values[1])}`
    default:
      return `${name} ${ORDER[c.op] ?? '='} ${lit(c.values[0])}`
  }
}

export function toCql(clauses: Clause[], fields: Field[], now = new Date()): string {
  return clauses
    .map((c) => {
      if (!isFree(c)) return saidText(c, fields.find((f) => f.name === c.property), now)
      return clauses.length > 1 && needsBrackets(c.free) ? `(${c.free})` : c.free
    })
    .join(' AND ')
}
const needsBrackets = (free: string): boolean => {
  let depth = 0
  for (const one of tokens(free)) {
    if (one.text === '(') depth++
    else if (one.text === ')') depth--
    else if (depth === 0 && isWord(one, 'OR')) return true
  }
  return false
}

class Reader {
  private at = 0
  constructor(
    private readonly all: Token[],
    private readonly now: Date,
  ) {}
  get done(): boolean {
    return this.at >= this.all.length
  }
  peek(): Token | undefined {
    return this.all[this.at]
  }
  take(): Token | undefined {
    return this.all[this.at++]
  }
  eat(...words: string[]): boolean {
    const t = this.peek()
    const hit = words.some((w) => t?.text.toUpperCase() === w && (t.kind === 'word' || t.kind === 'sign'))
    if (hit) this.at++
    return hit
  }
  value(): Value | undefined {
    const t = this.take()
    if (!t) return undefined
    if (t.kind === 'text') return unquote(t.text)
    if (t.kind === 'number') return Number(t.text)
    if (isWord(t, 'TRUE', 'FALSE')) return t.text.toUpperCase() === 'TRUE'
    if (isWord(t, 'DATE', 'TIMESTAMP') && this.eat('(')) {
      const inner = this.take()
      if (inner?.kind !== 'text' || !this.eat(')')) return undefined
      const text = unquote(inner.text)
      return relative(isWord(t, 'DATE') ? text : isoDay(new Date(text)), this.now)
    }
    return undefined
  }
}

const UNESCAPE = /\\([\\%_])/g
function liked(pattern: string, field: Field | undefined): { op: Op; value: string } | null {
  const inner = pattern.replace(/^%/, '').replace(/%$/, '')
  if (/(^|[^\\])[%_]/.test(inner)) return null
  const value = inner.replace(UNESCAPE, '$1')
  if (pattern.startsWith('%') && pattern.endsWith('%') && pattern.length > 1) return { op: 'has', value }
  if (pattern.startsWith('%') || !pattern.endsWith('%')) return null
  return field?.kind === 'division' && /^\d+$/.test(value) ? { op: 'within', value: whole(value) } : { op: 'starts', value }
}

function list(r: Reader): Value[] | null {
  const out: Value[] = []
  if (!r.eat('(')) return null
  do {
    const v = r.value()
    if (v === undefined) return null
    out.push(v)
  } while (r.eat(','))
  return r.eat(')') ? out : null
}

function readSaid(text: string, fields: Field[], now: Date): Said | null {
  const r = new Reader(tokens(text), now)
  const first = r.take()
  if (!first || (first.kind !== 'word' && first.kind !== 'name') || (first.kind === 'word' && isReserved(first))) return null
  const property = readName(first)
  const field = fields.find((f) => f.name === property)
  if (!field) return null
  const many = (values: Value[] | null, op: Op): Said | null => (values ? { property, op, values } : null)
  const not = r.eat('NOT')
  let said: Said | null = null
  if (r.eat('IS')) {
    const filled = r.eat('NOT')
    said = r.eat('NULL') ? { property, op: filled ? 'filled' : 'empty', values: [] } : null
  } else if (r.eat('IN')) said = many(list(r), not ? 'notIn' : 'in')
  else if (not) return null
  else if (r.eat('LIKE')) {
    const v = r.value()
    const found = typeof v === 'string' ? liked(v, field) : null
    said = found && { property, op: found.op, values: [found.value] }
  } else if (r.eat('BETWEEN')) {
    const low = r.value()
    const ok = r.eat('AND')
    const high = r.value()
    said = ok && low !== undefined && high !== undefined ? { property, op: 'between', values: [low, high] } : null
  } else {
    const op = BACK[r.take()?.text ?? '']
    const v = r.value()
    if (op && v !== undefined) said = { property, op: field.kind === 'enum' ? (op === 'is' ? 'in' : op === 'not' ? 'notIn' : op) : op, values: [v] }
  }
  return said && r.done ? said : null
}

/** The clauses of a CQL2 text. What is no clause of ours is kept as typed; nothing is lost. */
export function fromCql(text: string, fields: Field[], now = new Date()): Clause[] {
  if (!text.trim()) return []
  try {
    return conjuncts(text).map((piece) => readSaid(piece, fields, now) ?? { free: piece })
  } catch {
    return [{ free: text.trim() }]
  }
}
