// The sums of the layers shown, of what is in view: asked when the map has come to rest, when a layer is switched on, and
// when a collection changed; while the server is still adding up, asked again.
import { onBeforeUnmount, shallowRef, watch } from 'vue'
import { onChange } from '@/api/events'
import { farZooms, getSums } from '@/api/tiles'
import { adding, inView, type InView } from './sums'
import type { CountyMap } from './useCountyMap'

export type Seen = Map<string, InView>

export function useSums(county: CountyMap) {
  const seen = shallowRef<Seen>(new Map())
  let timer: ReturnType<typeof setTimeout> | undefined
  let stop = new AbortController()

  const put = (id: string, v: InView | undefined): void => {
    const next = new Map(seen.value)
    if (v) next.set(id, v)
    else next.delete(id)
    seen.value = next
  }
  async function read(): Promise<void> {
    const bounds = county.map.value?.getBounds()
    if (!bounds) return
    stop.abort()
    stop = new AbortController()
    const { signal } = stop
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]
    const zoom = county.map.value?.getZoom() ?? 0
    // What is not drawn at this zoom is not in view either.
    const layers = county.panel.value.filter((l) => county.layers.value.has(l.id) && l.collection && l.minzoom <= zoom + 0.01)
    seen.value = new Map(layers.map((l) => [l.id, seen.value.get(l.id) ?? adding()]))
    let wait = 0
    await Promise.all(
      layers.map(async (layer) => {
        if (!(await farZooms(layer.collection))) return put(layer.id, undefined)
        const got = await getSums(layer.collection, layer.id, box, signal)
        if (signal.aborted) return
        if (!got.ok) return put(layer.id, undefined) // nothing is said rather than something wrong
        if (got.value.known) return put(layer.id, inView(layer, got.value.sums))
        put(layer.id, adding())
        wait = Math.max(wait, got.value.again)
      }),
    )
    if (wait && !signal.aborted) soon(wait * 1000)
  }
  function soon(ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void read(), ms)
  }
  watch([county.moved, county.layers], () => soon(250))
  const off = onChange((change) => {
    if (county.panel.value.some((l) => l.collection === change.collection && county.layers.value.has(l.id))) soon(1200)
  })
  onBeforeUnmount(() => {
    off()
    stop.abort()
    clearTimeout(timer)
  })
  return seen
}
