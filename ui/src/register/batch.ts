// One change to many records: tried first, then made in one journalled step, and undone by a new one
// which leaves alone whatever somebody changed since.
import { fewAtOnce } from '@/api/few'
import { getItemNow, postChanges, type BatchChange, type Feature, type Problem, type Result, type Value } from '@/api'

export interface Row {
  id: string
  etag: string
  feature: Feature
}
export interface Done {
  collection: string
  property: string
  rows: { id: string; version: number; before: Value; name: string }[]
}

/** The records as they are now, with the tag that a change must name. */
export async function readRows(collection: string, ids: string[], onRead?: (n: number) => void): Promise<Result<Row[]>> {
  let n = 0
  const got = await fewAtOnce(ids, async (id) => {
    const one = await getItemNow(collection, id)
    onRead?.(++n)
    return one
  })
  const rows: Row[] = []
  for (const one of got) {
    if (!one.ok) {
      if (one.problem.status === 404 || one.problem.status === 410) continue
      return one
    }
    rows.push({ id: one.value.value.id, etag: one.value.etag ?? '', feature: one.value.value })
  }
  return { ok: true, value: rows }
}

export const differs = (a: Value | undefined, b: Value | undefined): boolean => JSON.stringify(a ?? null) !== JSON.stringify(b ?? null)
export const touched = (rows: Row[], property: string, value: Value): Row[] =>
  rows.filter((r) => differs(r.feature.properties[property], value))

const changesOf = (collection: string, rows: Row[], property: string, value: Value): BatchChange[] =>
  rows.map((r) => ({ verb: 'update', collection, id: r.id, ifMatch: r.etag, feature: { type: 'Feature', properties: { [property]: value } } }))

export const tryBatch = (collection: string, rows: Row[], property: string, value: Value, reason: string) =>
  postChanges(reason, changesOf(collection, rows, property, value), true)

export async function makeBatch(
  collection: string, rows: Row[], property: string, value: Value, reason: string, name: (f: Feature) => string,
): Promise<Result<Done>> {
  const got = await postChanges(reason, changesOf(collection, rows, property, value))
  if (!got.ok) return got
  const made = new Map(got.value.results.map((r) => [r.id, r.version]))
  return {
    ok: true,
    value: {
      collection,
      property,
      rows: rows.map((r) => ({ id: r.id, version: made.get(r.id) ?? Number(r.feature.properties.version ?? 0) + 1, before: r.feature.properties[property] ?? null, name: name(r.feature) })),
    },
  }
}

export interface Undone {
  back: number
  refused: { id: string; name: string }[]
  problem?: Problem
}
/** A new change back to what was; rows changed since keep what they have and are listed. */
export async function undoBatch(done: Done, reason: string): Promise<Undone> {
  const now = await fewAtOnce(done.rows, async (r) => ({ row: r, got: await getItemNow(done.collection, r.id) }))
  // The version, not the tag: what is derived from others may change by itself.
  const same = now.filter((n) => n.got.ok && Number(n.got.value.value.properties.version) === n.row.version)
  const refused = now.filter((n) => !same.includes(n)).map((n) => ({ id: n.row.id, name: n.row.name }))
  if (!same.length) return { back: 0, refused }
  const changes: BatchChange[] = same.map(({ row, got }) => ({
    verb: 'update',
    collection: done.collection,
    id: row.id,
    ifMatch: (got.ok ? got.value.etag : null) ?? '',
    feature: { type: 'Feature', properties: { [done.property]: row.before } },
  }))
  const got = await postChanges(reason, changes)
  return got.ok ? { back: same.length, refused } : { back: 0, refused, problem: got.problem }
}
