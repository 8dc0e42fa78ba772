// What the pointer means: a name under it, a record opened by a click, a list where several lie in one place.
import { computed, shallowRef, watch, type Ref } from 'vue'
import type { Map as MapLibre, MapMouseEvent } from 'maplibre-gl'
import { keyText, type RecordKey } from './mapState'
import { meant, pickAt, type Picked } from './pick'
import type { CountyMap } from './useCountyMap'

export interface Choice {
  picked: Picked[]
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
  function onClick(event: MapMouseEvent): void {
    const map = seenAt(event.point.x)
    if (!map || busy(event)) return
    const picked = pickAt(map, event.point)
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
    const best = pickAt(map, event.point, 3)[0]
    if (county.map.value) county.map.value.getCanvas().style.cursor = best ? 'pointer' : ''
    hover.value = best?.name ? { name: best.name, x: event.point.x + 14, y: event.point.y + 14 } : undefined
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
