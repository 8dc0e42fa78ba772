// A small map of the county with one's own shapes on it: beside a record, under a form, for a filtered list.
import { onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { FeatureCollection } from 'geojson'
import type { GeoJSONSource, Map as MapLibre, StyleSpecification } from 'maplibre-gl'
import { getStyle } from '@/api'
import { boxFrom, boxOf, type Box } from './bounds'
import { createMap } from './create'
import { countyMask } from './mask'
import { composeStyle, emptyCollection, firstShown, panelLayers } from './style'
import { node } from '@/state/county'
import { look as wish, shown as look } from '@/theme/look'

let style: Promise<StyleSpecification | null> | undefined
const countyStyle = (): Promise<StyleSpecification | null> =>
  (style ??= getStyle().then((got) => {
    if (!got.ok) style = undefined
    return got.ok ? got.value : null
  }))

/** The county's style with nothing of the panel shown but what lies quietly below. */
async function quiet(): Promise<StyleSpecification> {
  const [county, mask] = await Promise.all([countyStyle(), countyMask()])
  const paper = look.dark ? '#181b1f' : '#f4f2ec'
  if (!county) return { version: 8, sources: {}, layers: [{ id: 'paper', type: 'background', paint: { 'background-color': paper } }] }
  const layers = new Set(firstShown(panelLayers(county)))
  const drawn = { layers, opacities: new Map(), since: new Map(), letters: wish.size === 'elder' ? 1.3 : 1, dark: look.dark, open: emptyCollection(), measure: emptyCollection(), mask, quiet: true }
  return composeStyle(county, drawn, location.origin)
}
export const boxOfAll = (shapes: FeatureCollection): Box | undefined => {
  let box: Box | undefined
  for (const f of shapes.features) {
    const b = boxOf(f.geometry)
    if (b) box = box ? [Math.min(box[0], b[0]), Math.min(box[1], b[1]), Math.max(box[2], b[2]), Math.max(box[3], b[3])] : b
  }
  return box
}
const INK = '#0072b2'
function addShapes(map: MapLibre, shapes: FeatureCollection): void {
  if (map.getSource('own')) return
  map.addSource('own', { type: 'geojson', data: shapes, promoteId: 'id' })
  map.addLayer({ id: 'own-fill', type: 'fill', source: 'own', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': INK, 'fill-opacity': 0.25 } })
  map.addLayer({ id: 'own-halo', type: 'line', source: 'own', paint: { 'line-color': look.dark ? '#14171a' : '#ffffff', 'line-width': 7, 'line-opacity': 0.8 } })
  map.addLayer({ id: 'own-line', type: 'line', source: 'own', paint: { 'line-color': INK, 'line-width': 3.5 } })
  map.addLayer({ id: 'own-point', type: 'circle', source: 'own', filter: ['==', ['geometry-type'], 'Point'],
    paint: { 'circle-radius': 7, 'circle-color': INK, 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2 } })
}

export interface SmallMap {
  map: ShallowRef<MapLibre | undefined>
  ready: Ref<boolean>
  fit: (animate?: boolean) => void
}
export function useSmallMap(box: Ref<HTMLElement | undefined>, shapes: () => FeatureCollection, options: { still?: boolean; zoomMax?: number; bare?: boolean } = {}): SmallMap {
  const map = shallowRef<MapLibre>()
  const ready = ref(false)
  let gone = false

  function fit(animate = false): void {
    const b = boxOfAll(shapes()) ?? boxFrom(node.value?.bbox)
    if (b) map.value?.fitBounds([[b[0], b[1]], [b[2], b[3]]], { padding: 36, maxZoom: options.zoomMax ?? 14.5, animate })
  }
  onMounted(async () => {
    const made = await quiet()
    if (gone || !box.value) return
    const m = createMap({ container: box.value, style: made, interactive: !options.still, center: [111.5, 31.5], zoom: 9 })
    map.value = m
    m.on('style.load', () => {
      if (!options.bare) addShapes(m, shapes())
      ready.value = true
    })
    m.on('idle', () => box.value?.setAttribute('data-drawn', ''))
    m.on('dataloading', () => box.value?.removeAttribute('data-drawn'))
    fit()
  })
  watch(shapes, (data) => {
    const source = map.value?.getSource('own') as GeoJSONSource | undefined
    if (source) source.setData(data)
    fit()
  })
  watch(() => look.dark, async () => map.value?.setStyle(await quiet()))
  onBeforeUnmount(() => {
    gone = true
    map.value?.remove()
  })
  return { map, ready, fit }
}
