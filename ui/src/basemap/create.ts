// A MapLibre map as the county draws it: letters from the device's own fonts, no glyph server.
import { Map as MapLibre, setWorkerUrl, type MapOptions } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { stampTiles } from './freshness'

setWorkerUrl(workerUrl)

export const FONT = '"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif'

export function createMap(options: MapOptions): MapLibre {
  return new MapLibre({
    localIdeographFontFamily: FONT,
    attributionControl: false,
    fadeDuration: 120,
    maxZoom: 19,
    dragRotate: true,
    transformRequest: (url) => ({ url: stampTiles(url) }),
    ...options,
  })
}
