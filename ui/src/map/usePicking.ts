// What the pointer means: a name under it, a record opened by a click, a list where several lie in one place.
import { computed, shallowRef, watch, type Ref } from 'vue'
import type { Map as MapLibre, MapMouseEvent } from 'maplibre-gl'
import { keyText, type RecordKey } from './mapState'
import { getItems } from '@/api'
import { farZooms } from '@/api/tiles'
import { number } from '@/texts/format'
import { t } from '@/texts'
import { meant, pickAt, under, type Gathered, type Picked } from './pick'
import { classWord } from './sums'
import type { CountyMap } from './useCountyMap'

/** A merged patch that was clicked: what it is, how many, and from which zoom its records are drawn. */
export interface Merged {
  word: string
  count: number
  single?: number
  at: [number, number]
}
export interface Choice {
  picked: Picked[]
  merged?: Merged
  near?: Picked
  x: number
  y: number
}

export function usePicking(
  county: CountyMap,
  stage: Ref<HTMLElement | undefined>,
  seenAt: (x: number) => MapLibre | undefined,
  busy: (event: MapMouseEvent) => boolean,
  show: (key: RecordKey) => void,
) {
  const hover = shallowRef<{ name: string; x: number; y: number }>()
  const choice = shallowRef<Choice>()
  const lastPicked = shallowRef<Picked[]>([])

  function listAt(picked: Picked[], x: number, y: number): void {
    const box = stage.value?.getBoundingClientRect()
    const map = seenAt(x)
    const near = picked.length || !map ? undefined : pickAt(map, { x, y }, 60)[0]
    choice.value = { picked, near, x: Math.max(8, Math.min(x, (box?.width ?? 400) - 280)), y: Math.max(8, Math.min(y, (box?.height ?? 400) - 240)) }
  }
  const titleOf = (g: Gathered): string => classWord(county.panel.value.find((l) => l.id === g.layer)?.legend ?? [], g.properties)
  /** Points gathered: nearer. A merged patch: what it is, the records at this very point, and the way to single ones. */
  async function openGathered(g: Gathered, event: MapMouseEvent): Promise<void> {
    const map = county.map.value
    const at: [number, number] = [event.lngLat.lng, event.lngLat.lat]
    if (g.kind === 'cluster') return void map?.easeTo({ center: at, zoom: map.getZoom() + 2 })
    listAt([], event.point.x, event.point.y)
    const shown = { ...choice.value, picked: [], near: undefined, x: choice.value?.x ?? 0, y: choice.value?.y ?? 0, merged: { word: titleOf(g), count: g.count, at } }
    choice.value = shown
    const filter = `S_INTERSECTS(geometry, POINT(${at[0].toFixed(6)} ${at[1].toFixed(6)}))`
    const [far, here] = await Promise.all([farZooms(g.collection), getItems(g.collection, { filter, limit: 8 })])
    if (choice.value !== shown) return
    const records = here.ok ? here.value.features.map((f): Picked => ({ collection: g.collection, id: f.id, rank: 2, name: '', properties: {} })) : []
    choice.value = { ...shown, picked: records, merged: { ...shown.merged, single: far?.single_from } }
  }
  function onClick(event: MapMouseEvent): void {
    const map = seenAt(event.point.x)
    if (!map || busy(event)) return
    const { picked, gathered } = under(map, event.point)
    const far = picked.some((p) => p.collection !== 'division') ? undefined : gathered[0]
    if (far) return void openGathered(far, event)
    if (!picked.length && !map.areTilesLoaded()) {
      map.once('idle', () => onClick(event)) // what is being drawn is asked when it stands
      return
    }
    lastPicked.value = picked
    const one = meant(picked)
    if (one) show(one)
    else listAt(picked, event.point.x, event.point.y)
  }
  function onMove(event: MapMouseEvent): void {
    const map = seenAt(event.point.x)
    if (!map || county.map.value?.getCanvas().style.cursor === 'crosshair') return
    const found = under(map, event.point, 3)
    const best = found.picked[0]
    const far = best && best.collection !== 'division' ? undefined : found.gathered[0]
    if (county.map.value) county.map.value.getCanvas().style.cursor = best || far ? 'pointer' : ''
    const name = far ? (far.kind === 'cluster' ? t('map.cluster', { n: number(far.count) }) : titleOf(far)) : best?.name
    hover.value = name ? { name, x: event.point.x + 14, y: event.point.y + 14 } : undefined
  }
  watch(county.map, (m) => {
    m?.on('click', onClick)
    m?.on('mousemove', onMove)
    m?.on('mouseout', () => (hover.value = undefined))
  })
  /** Only what was picked together with the open record counts as "more here". */
  const othersOf = (open: Ref<RecordKey | undefined>) =>
    computed(() => {
      const key = open.value && keyText(open.value)
      return lastPicked.value.some((p) => keyText(p) === key) ? lastPicked.value.length - 1 : 0
    })
  return { hover, choice, lastPicked, listAt, othersOf }
}
