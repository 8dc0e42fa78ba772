// The county as a sheet of paper: relief through its colours, and beyond its border nothing.
import type { LayerSpecification } from 'maplibre-gl'
import type { FeatureCollection, Geometry } from 'geojson'
import { getDivision, getItem } from '@/api'

/** Hill shade lies over the land and under roads and letters, so that relief is seen through the colours. */
export function shaded(layers: LayerSpecification[], dark: boolean): LayerSpecification[] {
  const shade = layers.find((l) => l.type === 'hillshade')
  if (!shade) return layers
  const rest = layers.filter((l) => l !== shade)
  const line = rest.findIndex((l) => l.type === 'line')
  const at = line < 0 ? rest.length : line
  const light = {
    'hillshade-exaggeration': 0.5, 'hillshade-shadow-color': 'rgba(84,74,48,0.62)',
    'hillshade-highlight-color': 'rgba(255,255,255,0.4)', 'hillshade-accent-color': 'rgba(84,74,48,0.2)',
  }
  const seen = { ...shade, paint: { ...(shade.paint as object | undefined), ...(dark ? {} : light) } } as LayerSpecification
  return [...rest.slice(0, at), seen, ...masked(dark), ...rest.slice(at)]
}
export const MASK = 'sangzi-mask'
const masked = (dark: boolean): LayerSpecification[] => [
  { id: 'mask', type: 'fill', source: MASK, paint: { 'fill-color': dark ? '#14171a' : '#fbfaf7', 'fill-opacity': 0.93, 'fill-antialias': false } },
  { id: 'mask-edge', type: 'line', source: MASK, paint: { 'line-color': dark ? '#000000' : '#8a8577', 'line-width': 7, 'line-blur': 6, 'line-opacity': 0.45 } },
]
/** All but the county, as one area with holes. */
export function maskOf(county: Geometry | null | undefined): FeatureCollection {
  const shapes = county?.type === 'Polygon' ? [county.coordinates] : county?.type === 'MultiPolygon' ? county.coordinates : []
  const holes = shapes.flatMap((p) => (p[0] ? [p[0]] : []))
  if (!holes.length) return { type: 'FeatureCollection', features: [] }
  const world = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]]
  return { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [world, ...holes] } }] }
}

let shape: Promise<FeatureCollection> | undefined
async function read(): Promise<FeatureCollection> {
  const root = await getDivision(undefined)
  const got = root.ok && root.value.id ? await getItem('division', root.value.id) : undefined
  if (!got?.ok) shape = undefined // asked again by the next map
  return maskOf(got?.ok ? got.value.value.geometry : null)
}
/** Read once; a county without a border is not masked. */
export const countyMask = (): Promise<FeatureCollection> => (shape ??= read())
