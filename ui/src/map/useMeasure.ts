// Measuring on the map: a click adds a point, Esc ends.
import { computed, ref, watch } from 'vue'
import type { Position } from 'geojson'
import { lengthText, number } from '@/texts/format'
import { t } from '@/texts'
import { measureShapes, pathLength, ringArea } from '@/basemap/measure'
import type { CountyMap } from './useCountyMap'

export const areaText = (m2: number): string =>
  `${number((m2 * 3) / 2000, 1)} ${t('common.mu')}（${number(m2 / 10000, 2)} ${t('common.hectares')}）`

export function useMeasure(county: CountyMap) {
  const on = ref(false)
  const points = ref<Position[]>([])
  const words = computed(() => {
    if (points.value.length < 2) return t('map.measureHint')
    const parts = [t('map.measureLength', { n: lengthText(pathLength(points.value)) })]
    if (points.value.length > 2) parts.push(t('map.measureArea', { n: areaText(ringArea(points.value)) }))
    return parts.join(' · ')
  })
  watch(points, (list) => {
    county.measure.value = measureShapes(list)
  })
  const add = (p: Position): void => {
    points.value = [...points.value, p]
  }
  const clear = (): void => {
    points.value = []
  }
  function toggle(): void {
    on.value = !on.value
    clear()
    const canvas = county.map.value?.getCanvas()
    if (canvas) canvas.style.cursor = on.value ? 'crosshair' : ''
  }
  return { on, words, add, clear, toggle, points }
}
