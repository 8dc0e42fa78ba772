// The picture for paper, and the scale bar.
import { computed, shallowRef } from 'vue'
import type { PanelLayer } from '@/api/types'
import { t } from '@/texts'
import type { CountyMap } from './useCountyMap'

const GROUND = 40075016.686

export const metresPerPixel = (zoom: number, lat: number): number =>
  (GROUND * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** zoom)

/** A round length whose bar is at most `most` pixels wide. */
export function scaleBar(metres: number, most = 90): { width: number; metres: number } {
  const limit = metres * most
  const power = 10 ** Math.floor(Math.log10(limit))
  const round = [5, 2, 1].map((n) => n * power).find((n) => n <= limit) ?? power
  return { width: Math.round(round / metres), metres: round }
}

export interface Sheet {
  image: string
  layers: PanelLayer[]
  metresPerPixel: number
  width: number
  bearing: number
}

export function usePrint(county: CountyMap) {
  const sheet = shallowRef<Sheet>()
  const here = (): number => {
    const map = county.map.value
    return map ? metresPerPixel(map.getZoom(), map.getCenter().lat) : 100
  }
  const bar = computed(() => {
    void county.moved.value
    const b = scaleBar(here())
    const text = b.metres >= 1000 ? `${b.metres / 1000} ${t('common.kilometres')}` : `${b.metres} ${t('common.metres')}`
    return { width: b.width, text }
  })
  function take(): void {
    const map = county.map.value
    if (!map) return
    map.once('render', () => {
      sheet.value = {
        image: map.getCanvas().toDataURL('image/png'),
        layers: county.panel.value.filter((l) => county.layers.value.has(l.id)),
        metresPerPixel: here(),
        width: map.getCanvas().clientWidth,
        bearing: map.getBearing(),
      }
    })
    map.triggerRepaint()
  }
  return { sheet, bar, take }
}
