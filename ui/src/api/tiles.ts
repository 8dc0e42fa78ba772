// The sums that the tiles' packs keep, and what is drawn at far zooms.
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

/** What our own member of a collection's TileJSON says of its far zooms. */
export interface FarZooms {
  /** From this zoom on each feature of a tile is one record. */
  single_from?: number
}
const known = new Map<string, Promise<FarZooms | undefined>>()
/** undefined: this server keeps no sums of the collection. Asked once. */
export function farZooms(collection: string): Promise<FarZooms | undefined> {
  const had = known.get(collection)
  if (had) return had
  const asked = askFull<{ sangzi?: FarZooms }>(`/collections/${enc(collection)}/tiles/WebMercatorQuad`, { query: { f: 'tilejson' } }).then((got) => {
    if (!got.ok) known.delete(collection)
    return got.ok ? got.value.value.sangzi : undefined
  })
  known.set(collection, asked)
  return asked
}
