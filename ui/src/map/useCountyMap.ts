// The county's map in a page element: its style, layers, view and freshness. The URL is its state.
import { computed, onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import { useRoute } from 'vue-router'
import type { GeoJSONSource, LngLatBoundsLike, Map as MapLibre, StyleSpecification } from 'maplibre-gl'
import { getDivision, getStyle, onChange, type Problem } from '@/api'
import { loadNode, node } from '@/state/county'
import { look, shown } from '@/theme/look'
import { useQuery } from '@/state/urlQuery'
import { useScope } from '@/state/scope'
import { boxFrom, type Box } from '@/basemap/bounds'
import { createMap } from '@/basemap/create'
import { countyMask, MASK } from '@/basemap/mask'
import { markChanged } from '@/basemap/freshness'
import { layersText, numbersText, opacitiesText, readLayers, readNumbers, readOpacities, readView, viewText } from './mapState'
import { composeStyle, emptyCollection, fade, firstShown, layerOf, opacityProperties, panelLayers, younger } from '@/basemap/style'

const FLOWN = 'sangzi.flown'
/** The closest a whole county is looked at. */
export const WHOLE = 14
const still = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches
export const corners = (b: Box): LngLatBoundsLike => [[b[0], b[1]], [b[2], b[3]]]

export function useCountyMap(container: Ref<HTMLElement | undefined>) {
  const map = shallowRef<MapLibre>()
  const county = shallowRef<StyleSpecification>()
  const problem = ref<Problem | null>(null)
  const ready = ref(false)
  const moved = ref(0)
  const open = shallowRef(emptyCollection())
  const measure = shallowRef(emptyCollection())
  const mask = shallowRef(emptyCollection())
  const layersQuery = useQuery('layers')
  const opacityQuery = useQuery('opacity')
  const viewQuery = useQuery('view')
  const sinceQuery = useQuery('since')
  const { division } = useScope()
  const route = useRoute()

  const panel = computed(() => (county.value ? panelLayers(county.value) : []))
  const first = computed(() => firstShown(panel.value))
  const layers = computed(() => readLayers(layersQuery.value, first.value))
  const since = computed(() => readNumbers(sinceQuery.value))
  const opacities = computed(() => readOpacities(opacityQuery.value))

  const dressed = (style: StyleSpecification): StyleSpecification =>
    composeStyle(
      style,
      {
        layers: layers.value, opacities: opacities.value, since: since.value, dark: shown.dark,
        letters: look.size === 'elder' ? 1.3 : 1, open: open.value, measure: measure.value, mask: mask.value,
      },
      location.origin,
    )

  function toggle(id: string, on: boolean): void {
    const next = new Set(layers.value)
    if (on) next.add(id)
    else next.delete(id)
    layersQuery.value = layersText(next, first.value)
  }
  function setOpacity(id: string, value: number): void {
    opacityQuery.value = opacitiesText(new Map(opacities.value).set(id, value))
  }

  function setSince(id: string, days: number): void {
    sinceQuery.value = numbersText(new Map(since.value).set(id, days))
  }

  function room(): { top: number; bottom: number; left: number; right: number } {
    const around = container.value?.parentElement
    const covered = (part: string): number => around?.querySelector(`[data-covers="${part}"]`)?.clientWidth ?? 0
    if ((container.value?.clientWidth ?? 0) < 768) {
      const sheet = around?.querySelector('aside.side')?.clientHeight
      return { top: 60, bottom: sheet ? sheet + 20 : covered('right') ? 160 : 40, left: 40, right: 60 }
    }
    const below = around?.querySelector('[data-covers="bottom"]')?.clientHeight ?? 0
    return { top: 30, bottom: below + 40, left: covered('left') + 36, right: covered('right') + 36 }
  }
  let wanted: { box: Box; zoomMax: number } | undefined // asked for before the map stood
  function flyTo(box: Box, zoomMax = 16, duration = 900): void {
    if (!ready.value) {
      wanted = { box, zoomMax }
      return
    }
    map.value?.fitBounds(corners(box), { padding: room(), maxZoom: zoomMax, duration: still() ? 0 : duration, essential: false })
  }

  async function begin(): Promise<void> {
    const [style] = await Promise.all([getStyle(), node.value ? undefined : loadNode()])
    if (!style.ok) {
      problem.value = style.problem
      return
    }
    if (!container.value) return
    county.value = style.value
    const view = readView(viewQuery.value)
    const box = boxFrom(node.value?.bbox)
    const center = node.value?.center ?? [111.5, 31.5]
    const made = createMap({
      container: container.value,
      style: dressed(style.value),
      center: [view?.lon ?? center[0] ?? 0, view?.lat ?? center[1] ?? 0],
      zoom: view?.zoom ?? 6.6,
      bearing: view?.bearing ?? 0,
      pitch: view?.pitch ?? 0,
    })
    map.value = made
    made.on('error', () => undefined) // a tile that does not come is no event for the reader
    made.on('moveend', () => {
      moved.value++
      const c = made.getCenter()
      viewQuery.value = viewText({ zoom: made.getZoom(), lat: c.lat, lon: c.lng, bearing: made.getBearing(), pitch: made.getPitch() })
    })
    made.on('idle', () => {
      moved.value++
      container.value?.setAttribute('data-drawn', '') // all that was asked for is drawn
    })
    made.on('dataloading', () => container.value?.removeAttribute('data-drawn'))
    made.once('load', () => {
      ready.value = true
      void countyMask().then((m) => (mask.value = m))
      if (wanted) flyTo(wanted.box, wanted.zoomMax)
      if (view || wanted || 'open' in route.query) return
      if (division.value) void showDivision(division.value)
      else if (box) arrive(box)
    })
  }

  function arrive(box: Box): void {
    const flown = sessionStorage.getItem(FLOWN)
    sessionStorage.setItem(FLOWN, '1')
    flyTo(box, WHOLE, flown ? 0 : 2200)
  }
  async function showDivision(code: string): Promise<void> {
    const got = await getDivision(code)
    const box = got.ok ? boxFrom(got.value.bbox) : undefined
    if (box) flyTo(box, 15)
  }

  watch(layers, () => {
    for (const layer of map.value?.getStyle()?.layers ?? []) {
      const id = layerOf(layer)
      if (id) map.value?.setLayoutProperty(layer.id, 'visibility', layers.value.has(id) ? 'visible' : 'none')
    }
  })
  watch(since, () => {
    for (const layer of county.value?.layers ?? []) {
      const id = layerOf(layer)
      const time = panel.value.find((l) => l.id === id)?.time?.property
      if (id && time) map.value?.setFilter(layer.id, younger((layer as { filter?: unknown }).filter, time, since.value.get(id)) ?? null)
    }
    moved.value++
  })
  watch(opacities, () => {
    for (const layer of county.value?.layers ?? []) {
      const id = layerOf(layer)
      if (!id) continue
      const own = (layer.paint ?? {}) as Record<string, unknown>
      for (const name of opacityProperties[layer.type] ?? [])
        map.value?.setPaintProperty(layer.id, name as 'fill-opacity', fade(own[name], opacities.value.get(id) ?? 1) as number)
    }
  })
  watch(
    [() => shown.dark, () => look.size],
    () => county.value && map.value?.setStyle(dressed(county.value)),
  )
  watch(division, (code) => {
    const box = boxFrom(node.value?.bbox)
    if (code) void showDivision(code)
    else if (box) flyTo(box, WHOLE)
  })
  const paint = (source: string) => (data: GeoJSON.FeatureCollection) =>
    (map.value?.getSource(source) as GeoJSONSource | undefined)?.setData(data)
  watch(open, paint('sangzi-open'))
  watch(measure, paint('sangzi-measure'))
  watch(mask, paint(MASK))
  watch(container, (element) => element && !map.value && void begin(), { immediate: true })

  // A change elsewhere: the tiles of its collection are asked for again, at most twelve times a second.
  const changed = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  function refresh(): void {
    timer = undefined
    const sources = map.value?.getStyle()?.sources ?? {}
    for (const [id, source] of Object.entries(sources)) {
      const text = JSON.stringify(source)
      if ([...changed].some((c) => text.includes(`/collections/${c}/tiles`))) map.value?.refreshTiles(id)
    }
    changed.clear()
  }
  const stop = onChange((change) => {
    markChanged(change.collection, change.seq)
    changed.add(change.collection)
    timer ??= setTimeout(refresh, 80)
  })

  onBeforeUnmount(() => {
    stop()
    clearTimeout(timer)
    map.value?.remove()
    map.value = undefined
  })

  return { map, county, problem, ready, moved, panel, layers, opacities, open, measure, since, toggle, setOpacity, setSince, flyTo, begin }
}
export type CountyMap = ReturnType<typeof useCountyMap>
