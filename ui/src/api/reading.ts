// Lists read on: a first part at once, the rest when it is wanted, and always how much was left out.
import { getItems, getPage, nextOf, type ItemsQuery } from './features'
import type { Feature, Problem } from './types'

interface Source {
  collection: string
  query: ItemsQuery
  /** The address of its next page; undefined: not begun; null: at its end. */
  next?: string | null
}
export interface Reading {
  rows: Feature[]
  /** How many there are; null: the server has not counted. */
  total: number | null
  /** Nothing is left out. */
  whole: boolean
  problem: Problem | null
  sources: Source[]
}

/** Several questions whose answers are one list; a record that answers two of them stands in it once. */
export const reading = (collection: string, queries: ItemsQuery[]): Reading => ({
  rows: [], total: queries.length ? null : 0, whole: !queries.length, problem: null, sources: queries.map((query) => ({ collection, query })),
})

/** One more page of each question that is not at its end. */
export async function readOn(r: Reading, signal?: AbortSignal): Promise<Reading> {
  const pages = await Promise.all(
    r.sources.map((s) => (s.next === null ? null : s.next === undefined ? getItems(s.collection, s.query, signal) : getPage(s.next, signal))),
  )
  const rows = new Map(r.rows.map((f) => [f.id, f]))
  let problem: Problem | null = null
  let counted: number | null = r.total ?? 0
  const sources = r.sources.map((s, i): Source => {
    const got = pages[i]
    if (!got) return s
    if (!got.ok) {
      problem = got.problem
      return s
    }
    for (const f of got.value.features) rows.set(f.id, f)
    if (s.next === undefined) counted = counted === null || got.value.numberMatched === undefined ? null : counted + got.value.numberMatched
    return { ...s, next: nextOf(got.value) ?? null }
  })
  const whole = !problem && sources.every((s) => s.next === null)
  const list = [...rows.values()]
  return { rows: list, sources, problem, whole, total: whole ? list.length : problem ? r.total : counted }
}

/** All of it, however many pages. */
export async function readAll(r: Reading, signal?: AbortSignal): Promise<Reading> {
  let now = r
  while (!now.whole && !now.problem && !signal?.aborted) now = await readOn(now, signal)
  return now
}
