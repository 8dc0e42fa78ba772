// Two people changed one record: what each did, field by field, and what comes of the choices.
import type { Feature, Value } from '@/api/types'
import type { Field } from '@/record/fields'

export interface Clash {
  name: string
  title: string
  base: Value
  mine: Value
  theirs: Value
  /** Preselected: who alone changed it. Both: mine, and the person looks at it. */
  pick: 'mine' | 'theirs'
  both: boolean
}
const same = (a: Value | undefined, b: Value | undefined): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

export function clashes(fields: Field[], base: Record<string, Value>, mine: Record<string, Value>, theirs: Record<string, Value>): Clash[] {
  return fields.flatMap((f) => {
    const [b, m, x] = [base[f.name] ?? null, mine[f.name] ?? null, theirs[f.name] ?? null]
    if (same(m, x)) return []
    const theyOnly = same(m, b)
    return [{ name: f.name, title: f.title, base: b, mine: m, theirs: x, pick: theyOnly ? ('theirs' as const) : ('mine' as const), both: !theyOnly && !same(x, b) }]
  })
}
export const settled = (theirs: Feature, list: Clash[]): Record<string, Value> =>
  list.reduce<Record<string, Value>>((out, c) => ({ ...out, [c.name]: c.pick === 'mine' ? c.mine : c.theirs }), { ...theirs.properties })

/** Only what differs is sent. */
export function changed(fields: Field[], before: Record<string, Value>, now: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(fields.filter((f) => !same(before[f.name], now[f.name])).map((f) => [f.name, now[f.name] ?? null]))
}
