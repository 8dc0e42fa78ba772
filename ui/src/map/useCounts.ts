// How many of each legend class stand in view, counted from what is drawn.
import { shallowRef, watch } from 'vue'
import { countRows } from './legend'
import { layerOf } from '@/basemap/style'
import type { CountyMap } from './useCountyMap'

export function useCounts(county: CountyMap) {
  const counts = shallowRef(new Map<string, (number | undefined)[]>())
  let timer: ReturnType<typeof setTimeout> | undefined

  function count(): void {
    const map = county.map.value
    const style = map?.getStyle()
    if (!map || !style || !map.areTilesLoaded()) return // half a picture is not counted
    const out = new Map<string, (number | undefined)[]>()
    for (const layer of county.panel.value) {
      if (!county.layers.value.has(layer.id) || !layer.legend?.length) continue
      const zoom = map.getZoom()
      const drawn = (l: { minzoom?: number; maxzoom?: number }): boolean => zoom >= (l.minzoom ?? 0) && zoom < (l.maxzoom ?? 25)
      const ids = style.layers.filter((l) => layerOf(l) === layer.id && drawn(l)).map((l) => l.id)
      if (!ids.length) continue
      const once = new Map<unknown, Record<string, unknown>>()
      for (const f of map.queryRenderedFeatures({ layers: ids })) once.set(f.properties.id ?? f.id, f.properties)
      out.set(layer.id, countRows(layer.legend.map((row) => row.filter), once.values()))
    }
    counts.value = out
  }
  watch([county.moved, county.layers], () => {
    clearTimeout(timer)
    timer = setTimeout(count, 300)
  })
  return counts
}
