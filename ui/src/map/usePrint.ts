// The picture for paper, and the scale bar.
import { computed, shallowRef } from 'vue'
import type { Map as MapLibre } from 'maplibre-gl'
import type { PanelLayer } from '@/api/types'
import { t } from '@/texts'
import { isThere, type InView } from './sums'
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

/** A4 landscape, 10 mm margins: the picture to the left, the legend beside it. In millimetres. */
export const PICTURE = { width: 205, height: 158 }
/** The largest middle part of the window that has the sheet's shape. */
export function cut(width: number, height: number): { x: number; y: number; width: number; height: number } {
  const w = Math.min(width, (height * PICTURE.width) / PICTURE.height)
  const h = Math.min(height, (w * PICTURE.height) / PICTURE.width)
  return { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h }
}
export interface Sheet {
  image: string
  layers: PanelLayer[]
  /** Of the ground, per metre of paper. */
  scale: number
  bearing: number
  bar: { width: number; text: string }
}
const barText = (metres: number): string =>
  metres >= 1000 ? `${metres / 1000} ${t('common.kilometres')}` : `${metres} ${t('common.metres')}`
/** Only the classes that are on the map; a layer whose sums are unknown keeps its whole legend. */
export function seenLegend(layer: PanelLayer, seen: InView | undefined): PanelLayer {
  if (seen?.state !== 'known' || layer.legend.length < 4) return layer
  const there = layer.legend.filter((_, i) => isThere(seen.rows[i]))
  return { ...layer, legend: there.length ? there : layer.legend }
}

export function usePrint(county: CountyMap, seen: () => Map<string, InView>, over: () => { map: MapLibre | undefined; at: number; layers: Set<string> }) {
  const sheet = shallowRef<Sheet>()
  const here = (): number => {
    const map = county.map.value
    return map ? metresPerPixel(map.getZoom(), map.getCenter().lat) : 100
  }
  const bar = computed(() => {
    void county.moved.value
    const b = scaleBar(here())
    return { width: b.width, text: barText(b.metres) }
  })
  function shoot(map: MapLibre): void {
    const canvas = map.getCanvas()
    const ratio = canvas.width / canvas.clientWidth
    const part = cut(canvas.clientWidth, canvas.clientHeight)
    const paper = Object.assign(document.createElement('canvas'), { width: part.width * ratio, height: part.height * ratio })
    const pen = paper.getContext('2d')
    if (!pen) return
    const [x, y, w, h] = [part.x, part.y, part.width, part.height].map((n) => n * ratio) as [number, number, number, number]
    pen.drawImage(canvas, x, y, w, h, 0, 0, w, h)
    const second = over()
    if (second.map) {
      const from = Math.max(x, second.at * canvas.width)
      pen.drawImage(second.map.getCanvas(), from, y, x + w - from, h, from - x, 0, x + w - from, h)
      pen.fillStyle = '#1f7a63'
      pen.fillRect(from - x - 1, 0, 2, h)
    }
    const scale = (here() * part.width) / (PICTURE.width / 1000)
    const b = scaleBar(scale / 1000, 40) // metres of ground a millimetre of paper
    sheet.value = {
      image: paper.toDataURL('image/png'),
      layers: county.panel.value
        .filter((l) => county.layers.value.has(l.id) || (second.map && second.layers.has(l.id)))
        .sort((a, b) => Number(Boolean(a.base)) - Number(Boolean(b.base)))
        .map((l) => seenLegend(l, county.layers.value.has(l.id) ? seen().get(l.id) : undefined)),
      scale: Math.round(scale / 100) * 100,
      bearing: map.getBearing(),
      bar: { width: b.width, text: barText(b.metres) },
    }
  }
  /** Both maps are drawn anew first: a picture can be taken only of what was drawn just now. */
  function take(): void {
    const map = county.map.value
    const second = over().map
    if (!map) return
    const now = (): void => {
      map.once('render', () => shoot(map))
      map.triggerRepaint()
    }
    if (!second) return now()
    second.once('render', now)
    second.triggerRepaint()
  }
  return { sheet, bar, take }
}
