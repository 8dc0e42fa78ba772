// What lies under the pointer: each record once, points before lines before areas.
import type { Map as MapLibre, MapGeoJSONFeature, StyleSpecification } from 'maplibre-gl'
import type { RecordKey } from './mapState'
import { layerOf } from '@/basemap/style'

export interface Picked extends RecordKey {
  rank: number
  name: string
  properties: Record<string, unknown>
}

const ranks: Record<string, number> = { symbol: 0, circle: 0, line: 1, fill: 2, 'fill-extrusion': 2 }

/** The words on a line or an area are no more precise than what they name. */
function rankOf(layer: { id: string; type: string }, kinds: Map<string, string>): number {
  const kindOf = (id: string): string | undefined => kinds.get(id) ?? kinds.get(`${id}-dash1`)
  const named = layer.type === 'symbol' ? kindOf(layer.id.replace(/-label$/, '')) : undefined
  return ranks[named ?? layer.type] ?? 3
}

export function nameOf(properties: Record<string, unknown>): string {
  for (const key of ['name', 'title', 'label', 'from_stake', 'kind', 'code']) {
    const value = properties[key]
    if (typeof value === 'string' && value) return value
  }
  return ''
}

/** The records of rendered features, without repeats, the most precise first. */
export function sortPicked(
  features: Pick<MapGeoJSONFeature, 'layer' | 'properties' | 'sourceLayer' | 'source'>[],
  kinds = new Map<string, string>(),
): Picked[] {
  const found = new Map<string, Picked>()
  for (const f of features) {
    const properties = f.properties as Record<string, unknown>
    const id = properties.id
    const collection = f.sourceLayer ?? f.source
    if (typeof id !== 'string') continue
    const key = `${collection}/${id}`
    const rank = rankOf(f.layer, kinds)
    const known = found.get(key)
    if (!known) found.set(key, { collection, id, rank, name: nameOf(properties), properties })
    else known.rank = Math.min(known.rank, rank)
  }
  return [...found.values()].sort((a, b) => a.rank - b.rank)
}

/** What a tile of a far zoom holds instead of records: patches of one class merged, points gathered. */
export interface Gathered {
  kind: 'merged' | 'cluster'
  collection: string
  /** The layer of the panel. */
  layer: string
  count: number
  rank: number
  properties: Record<string, unknown>
}
export function sortGathered(
  features: Pick<MapGeoJSONFeature, 'layer' | 'properties' | 'sourceLayer' | 'source'>[],
  kinds = new Map<string, string>(),
): Gathered[] {
  const found = features.flatMap((f): Gathered[] => {
    const p = f.properties as Record<string, unknown>
    const kind = p.cluster === true ? 'cluster' : p.merged === true ? 'merged' : undefined
    const layer = (f.layer as { metadata?: { 'sangzi:layer'?: string } }).metadata?.['sangzi:layer']
    if (!kind || typeof p.id === 'string' || !layer) return []
    return [{ kind, collection: f.sourceLayer ?? f.source, layer, count: Number(p.count ?? 0), rank: rankOf(f.layer, kinds), properties: p }]
  })
  return found.sort((a, b) => a.rank - b.rank)
}

export const dataLayers = (style: StyleSpecification): string[] => style.layers.filter((l) => layerOf(l)).map((l) => l.id)

export interface Under {
  picked: Picked[]
  gathered: Gathered[]
}
export function under(map: MapLibre, point: { x: number; y: number }, reach = 5): Under {
  const style = map.getStyle()
  if (!style) return { picked: [], gathered: [] }
  const found = map.queryRenderedFeatures([[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]], { layers: dataLayers(style) })
  const kinds = new Map(style.layers.map((l) => [l.id, l.type]))
  return { picked: sortPicked(found, kinds), gathered: sortGathered(found, kinds) }
}
export const pickAt = (map: MapLibre, point: { x: number; y: number }, reach = 5): Picked[] => under(map, point, reach).picked

/** The one meant, where there is no doubt; boundaries under a road do not count as doubt. */
export function meant(picked: Picked[]): Picked | undefined {
  const best = picked[0]
  if (!best) return undefined
  const real = picked.filter((p) => p.rank === best.rank && p.collection !== 'division')
  if (real.length === 1) return real[0]
  if (real.length === 0) return picked.find((p) => p.collection !== 'division') ?? best
  return undefined
}
