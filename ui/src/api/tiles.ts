// The sums that the tiles' packs keep, and from which zoom on a tile holds single records.
import { askFull } from './client'
import type { Result, Sums } from './types'

const enc = encodeURIComponent

export type SumsAnswer = { known: true; sums: Sums } | { known: false; again: number }

/** What of a layer lies in the box; `known: false`: the server is still adding up, ask again after so many seconds. */
export async function getSums(collection: string, layer: string, box: number[], signal?: AbortSignal): Promise<Result<SumsAnswer>> {
  const got = await askFull<Sums>(`/collections/${enc(collection)}/tiles/sums`, {
    query: { layer, bbox: box.map((n) => Number(n.toFixed(6))).join(',') },
    signal,
  })
  if (got.ok) return { ok: true, value: { known: true, sums: got.value.value } }
  return got.problem.status === 503 ? { ok: true, value: { known: false, again: 2 } } : got
}

interface TileJson {
  sangzi?: { single_from?: number }
}
const singles = new Map<string, Promise<number | undefined>>()
/** From this zoom on each feature of a tile is one record; undefined: always. */
export function singleFrom(collection: string): Promise<number | undefined> {
  const had = singles.get(collection)
  if (had) return had
  const asked = askFull<TileJson>(`/collections/${enc(collection)}/tiles/WebMercatorQuad`, { query: { f: 'tilejson' } }).then((got) => {
    if (!got.ok) singles.delete(collection)
    return got.ok ? got.value.value.sangzi?.single_from : undefined
  })
  singles.set(collection, asked)
  return asked
}
