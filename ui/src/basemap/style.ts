// From the county's style to the one on screen: what the panel lists, what is shown, how dark it is, what is open.
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import type { Feature, FeatureCollection } from 'geojson'
import type { PanelLayer } from '@/api/types'
import { MASK, shaded } from './mask'

export interface Shown {
  layers: Set<string>
  opacities: Map<string, number>
  /** Days back from today, for layers with a time. */
  since?: Map<string, number>
  dark: boolean
  /** Letters on the map grow with those of the page. */
  letters?: number
  open: FeatureCollection
  measure: FeatureCollection
  /** All the world but the county: drawn as paper. */
  mask?: FeatureCollection
  /** Under a drawing or a record: the land fainter, no letters of plots. */
  quiet?: boolean
}

type Loose = Record<string, unknown>
const metadata = (thing: { metadata?: unknown }): Loose => (thing.metadata ?? {}) as Loose

export const panelLayers = (style: StyleSpecification): PanelLayer[] =>
  (metadata(style)['sangzi:layers'] as PanelLayer[] | undefined) ?? []

export const layerOf = (layer: LayerSpecification): string | undefined =>
  metadata(layer)['sangzi:layer'] as string | undefined

export const firstShown = (layers: PanelLayer[]): string[] => layers.filter((l) => l.visible !== false || l.base).map((l) => l.id)

export const emptyCollection = (): FeatureCollection => ({ type: 'FeatureCollection', features: [] })

/** The properties by which a layer of this type fades. */
export const opacityProperties: Partial<Record<LayerSpecification['type'], string[]>> = {
  fill: ['fill-opacity'],
  line: ['line-opacity'],
  circle: ['circle-opacity', 'circle-stroke-opacity'],
  symbol: ['text-opacity', 'icon-opacity'],
  raster: ['raster-opacity'],
  'fill-extrusion': ['fill-extrusion-opacity'],
}

/** An opacity of the style, a number or a ramp by zoom, made fainter. */
export function fade(own: unknown, factor: number): unknown {
  if (factor >= 1) return own
  if (own === undefined) return factor
  if (typeof own === 'number') return own * factor
  if (Array.isArray(own) && (own[0] === 'interpolate' || own[0] === 'step')) {
    const start = own[0] === 'interpolate' ? 4 : 2
    return own.map((part: unknown, i) => (i >= start && (i - start) % 2 === 0 ? fade(part, factor) : part))
  }
  return Array.isArray(own) ? ['*', own, factor] : factor
}

const absolute = (address: string, origin: string): string =>
  /^[a-z]+:/i.test(address) ? address : origin + (address.startsWith('/') ? address : `/${address}`)

function absoluteSources(sources: Record<string, SourceSpecification>, origin: string): Record<string, SourceSpecification> {
  return Object.fromEntries(
    Object.entries(sources).map(([id, source]) => {
      const s = { ...source } as Loose
      if (typeof s.url === 'string') s.url = absolute(s.url, origin)
      if (Array.isArray(s.tiles)) s.tiles = s.tiles.map((tile: string) => absolute(tile, origin))
      return [id, s as unknown as SourceSpecification]
    }),
  )
}

/** The base of the night map: ground, shade, water and letters; data keeps its colours. */
function darkened(layer: LayerSpecification): LayerSpecification {
  const paint: Loose = { ...(layer.paint as Loose | undefined) }
  const data = layerOf(layer)
  if (layer.type === 'background') paint['background-color'] = '#181b1f'
  else if (layer.type === 'hillshade') {
    paint['hillshade-shadow-color'] = 'rgba(0,0,0,0.75)'
    paint['hillshade-highlight-color'] = 'rgba(150,165,180,0.28)'
    paint['hillshade-accent-color'] = '#0d1013'
  } else if (layer.type === 'symbol') {
    paint['text-color'] = '#d8d6d0'
    paint['text-halo-color'] = 'rgba(20,23,26,0.9)'
  } else if (layer.type === 'fill' && data) {
    paint['fill-opacity'] = fade(paint['fill-opacity'], 0.42)
    paint['fill-antialias'] = false // two faint edges would draw a bright net
  }
  else if (layer.type === 'fill' && !data) paint['fill-color'] = '#1e3547'
  else if (layer.type === 'line' && !data) paint['line-color'] = '#31536b'
  else if (layer.type === 'line' && String(paint['line-color']).toLowerCase() === '#4a4f57') paint['line-color'] = '#a3a9b1'
  return { ...layer, paint } as LayerSpecification
}

const isPoint: ExpressionSpecification = ['==', ['geometry-type'], 'Point']
const isArea: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon']

function overlays(dark: boolean): LayerSpecification[] {
  const accent = dark ? '#5bc2a3' : '#1f7a63'
  const paper = dark ? '#14171a' : '#ffffff'
  return [
    { id: 'open-area', type: 'fill', source: 'sangzi-open', filter: isArea, paint: { 'fill-color': accent, 'fill-opacity': 0.14 } },
    {
      id: 'open-halo', type: 'line', source: 'sangzi-open', filter: ['!', isPoint],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': paper, 'line-width': ['case', ['==', ['get', 'part'], 'whole'], 8, 11], 'line-opacity': 0.9 },
    },
    {
      id: 'open-line', type: 'line', source: 'sangzi-open', filter: ['!', isPoint],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': accent, 'line-width': ['case', ['==', ['get', 'part'], 'whole'], 3, 6] },
    },
    {
      id: 'open-point', type: 'circle', source: 'sangzi-open', filter: isPoint,
      paint: { 'circle-radius': 9, 'circle-color': accent, 'circle-opacity': 0.25, 'circle-stroke-color': accent, 'circle-stroke-width': 3 },
    },
    { id: 'measure-area', type: 'fill', source: 'sangzi-measure', filter: isArea, paint: { 'fill-color': accent, 'fill-opacity': 0.12 } },
    { id: 'measure-line', type: 'line', source: 'sangzi-measure', filter: ['!', isPoint], paint: { 'line-color': accent, 'line-width': 2.5, 'line-dasharray': [2, 1.2] } },
    {
      id: 'measure-point', type: 'circle', source: 'sangzi-measure', filter: isPoint,
      paint: { 'circle-radius': 4, 'circle-color': paper, 'circle-stroke-color': accent, 'circle-stroke-width': 2 },
    },
  ]
}

/** A letter size of the style, a number or a ramp by zoom, made larger. */
export function enlarge(own: unknown, factor: number): unknown {
  if (typeof own === 'number') return own * factor
  if (own === undefined) return 16 * factor
  if (!Array.isArray(own)) return own
  if (own[0] !== 'interpolate' && own[0] !== 'step') return ['*', own, factor]
  const start = own[0] === 'interpolate' ? 4 : 2
  return own.map((part: unknown, i) => (i >= start && (i - start) % 2 === 0 ? enlarge(part, factor) : part))
}

/** The day `days` before today, as the tiles write it. */
export const daysAgo = (days: number, now = Date.now()): string => new Date(now - days * 86400000).toISOString().slice(0, 10)

/** A layer's own filter, and what is younger than `days`. */
export function younger(own: unknown, property: string | undefined, days: number | undefined): FilterSpecification | undefined {
  if (!property || !days) return own as FilterSpecification | undefined
  const young = ['>=', ['to-string', ['get', property]], daysAgo(days)]
  return (own ? ['all', own, young] : young) as FilterSpecification
}

/** Plots faint, their numbers and all points away: what is drawn on it is the matter. */
function hushed(layer: LayerSpecification): LayerSpecification {
  const paint: Loose = { ...(layer.paint as Loose | undefined) }
  if (layer.type === 'fill' && layerOf(layer)) paint['fill-opacity'] = fade(paint['fill-opacity'], 0.5)
  const plot = layer.type === 'symbol' && layer.id.endsWith('-label')
  const layout = { ...(layer.layout as Loose | undefined), ...(plot ? { 'text-field': '' } : {}) }
  return { ...layer, paint, layout } as LayerSpecification
}

function lettered(layer: LayerSpecification, factor: number): LayerSpecification {
  if (layer.type !== 'symbol' || factor === 1) return layer
  const layout = { ...(layer.layout as Loose | undefined) }
  layout['text-size'] = enlarge(layout['text-size'], factor)
  return { ...layer, layout } as LayerSpecification
}

function dressed(layer: LayerSpecification, shown: Shown, times: Map<string, string>): LayerSpecification {
  const id = layerOf(layer)
  if (id === undefined) return layer
  const layout = { ...(layer.layout as Loose | undefined), visibility: shown.layers.has(id) ? 'visible' : 'none' }
  const factor = shown.opacities.get(id) ?? 1
  const paint: Loose = { ...(layer.paint as Loose | undefined) }
  if (factor < 1) for (const name of opacityProperties[layer.type] ?? []) paint[name] = fade(paint[name], factor)
  const filter = younger((layer as { filter?: unknown }).filter, times.get(id), shown.since?.get(id))
  return { ...layer, layout, paint, ...(filter ? { filter } : {}) } as LayerSpecification
}

export const TERRAIN = 'sangzi-terrain'

/** What MapLibre is given. */
export function composeStyle(county: StyleSpecification, shown: Shown, origin: string): StyleSpecification {
  const { glyphs: _, ...rest } = county
  const times = new Map(panelLayers(county).flatMap((l) => (l.time ? [[l.id, l.time.property] as const] : [])))
  const quiet = (layer: LayerSpecification): LayerSpecification => (shown.quiet ? hushed(layer) : layer)
  const layers = shaded(county.layers.map((layer) => dressed(quiet(lettered(shown.dark ? darkened(layer) : layer, shown.letters ?? 1)), shown, times)), shown.dark)
  const sources = absoluteSources(county.sources, origin)
  const heights = terrainSource(county)
  const ground = heights ? sources[heights] : undefined
  return {
    ...rest,
    sources: {
      ...sources,
      ...(ground ? { [TERRAIN]: ground } : {}),
      'sangzi-open': { type: 'geojson', data: shown.open },
      'sangzi-measure': { type: 'geojson', data: shown.measure },
      [MASK]: { type: 'geojson', data: shown.mask ?? emptyCollection() },
    },
    layers: [...layers, ...overlays(shown.dark)],
  }
}

/** The id of the source with the heights, where there is one. */
export const terrainSource = (style: StyleSpecification): string | undefined =>
  Object.entries(style.sources).find(([, s]) => s.type === 'raster-dem')?.[0]

export const openFeature = (feature: { geometry: Feature['geometry'] | null }, part = 'one'): FeatureCollection => ({
  type: 'FeatureCollection',
  features: feature.geometry ? [{ type: 'Feature', geometry: feature.geometry, properties: { part } }] : [],
})
