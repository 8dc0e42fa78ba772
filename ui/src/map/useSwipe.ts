// Comparing: a second map lies over the first and moves with it; what stands right of the divider shows other layers.
import { computed, nextTick, onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import type { Map as MapLibre } from 'maplibre-gl'
import { look, shown } from '@/theme/look'
import { useQuery } from '@/state/urlQuery'
import { createMap } from '@/basemap/create'
import { countyMask } from '@/basemap/mask'
import { readLayers } from './mapState'
import { composeStyle, emptyCollection, firstShown, layerOf } from '@/basemap/style'
import type { CountyMap } from './useCountyMap'

/** What the right side shows at first: the ground, and not the area that covers it on the left. */
export function otherLayers(left: Set<string>, panel: CountyMap['panel']['value']): string[] {
  const area = panel.find((l) => left.has(l.id) && !l.base && l.kind === 'fill')
  return [...left].filter((id) => id !== area?.id)
}

export function useSwipe(county: CountyMap, box: Ref<HTMLElement | undefined>) {
  const text = useQuery('right')
  const on = computed(() => text.value !== undefined)
  const right = computed(() => readLayers(text.value, firstShown(county.panel.value)))
  const at = ref(0.5)
  /** Which side the list of layers speaks of. */
  const side = ref<'left' | 'right'>('left')
  const over = shallowRef<MapLibre>()

  function toggle(): void {
    text.value = on.value ? undefined : otherLayers(county.layers.value, county.panel.value).join(',') || 'none'
    side.value = on.value ? 'left' : 'right'
  }
  function turn(id: string, show: boolean): void {
    if (side.value === 'left' || !on.value) return county.toggle(id, show)
    const next = new Set(right.value)
    if (show) next.add(id)
    else next.delete(id)
    text.value = [...next].join(',') || 'none'
  }
  function follow(): void {
    const m = county.map.value
    if (m) over.value?.jumpTo({ center: m.getCenter(), zoom: m.getZoom(), bearing: m.getBearing(), pitch: m.getPitch() })
  }
  async function begin(): Promise<void> {
    await nextTick()
    const style = county.county.value
    const m = county.map.value
    if (!box.value || !style || !m || over.value) return
    const dress = {
      layers: right.value, opacities: county.opacities.value, since: county.since.value, dark: shown.dark,
      letters: look.size === 'elder' ? 1.3 : 1, open: county.open.value, measure: emptyCollection(), mask: await countyMask(),
    }
    if (!on.value || !box.value) return
    over.value = createMap({ container: box.value, style: composeStyle(style, dress, location.origin), interactive: false, center: m.getCenter(), zoom: m.getZoom(), bearing: m.getBearing(), pitch: m.getPitch() })
    over.value.on('error', () => undefined)
    m.on('move', follow)
  }
  function end(): void {
    county.map.value?.off('move', follow)
    over.value?.remove()
    over.value = undefined
    side.value = 'left'
  }
  watch([on, county.ready, () => shown.dark], ([now, ready], old) => {
    if (old?.[2] !== undefined && old[2] !== shown.dark) end()
    if (now && ready) void begin()
    else if (!now) end()
  }, { immediate: true })
  watch(right, () => {
    for (const layer of over.value?.getStyle()?.layers ?? []) {
      const id = layerOf(layer)
      if (id) over.value?.setLayoutProperty(layer.id, 'visibility', right.value.has(id) ? 'visible' : 'none')
    }
  })
  /** The map that is seen at this place of the page. */
  const seenAt = (x: number): MapLibre | undefined => {
    const width = box.value?.clientWidth ?? 0
    return on.value && over.value && x > at.value * width ? over.value : county.map.value
  }
  const layers = computed(() => (on.value && side.value === 'right' ? right.value : county.layers.value))
  onBeforeUnmount(end)
  return { on, at, side, right, layers, toggle, turn, seenAt, over }
}
export type Swipe = ReturnType<typeof useSwipe>
