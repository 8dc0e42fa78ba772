// Choosing an area: a box dragged, a shape set point by point, or what is in view; then what lies in it, by register.
import { computed, ref, shallowRef, watch } from 'vue'
import type { Position } from 'geojson'
import type { MapMouseEvent } from 'maplibre-gl'
import { getItems, nextOf } from '@/api'
import { titleOf } from '@/state/county'
import { useScope } from '@/state/scope'
import { measureShapes, ringArea } from '@/basemap/measure'
import type { CountyMap } from './useCountyMap'

export type How = 'box' | 'shape'
export interface Caught {
  collection: string
  title: string
  /** null: not known yet, or many. */
  count: number | null
  /** More than the server counts unasked. */
  many?: boolean
  failed?: boolean
  filter: string
}
const six = (n: number): string => String(Number(n.toFixed(6)))
/** The area as CQL2; the ring is closed. */
export function areaFilter(ring: Position[]): string {
  const points = [...ring, ring[0] ?? []].map(([x = 0, y = 0]) => `${six(x)} ${six(y)}`)
  return `S_INTERSECTS(geometry, POLYGON((${points.join(', ')})))`
}
export const boxRing = (a: Position, b: Position): Position[] => {
  const [x1 = 0, y1 = 0] = a
  const [x2 = 0, y2 = 0] = b
  return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]
}

export function useSelect(county: CountyMap, layers: () => Set<string>) {
  const how = ref<How | null>(null)
  const points = shallowRef<Position[]>([])
  const done = ref(false)
  const caught = shallowRef<Caught[] | null>(null)
  const area = computed(() => (points.value.length > 2 ? ringArea(points.value) : 0))
  const { division } = useScope()
  let from: Position | undefined

  const collections = (): string[] => [...new Set(county.panel.value.filter((l) => layers().has(l.id) && !l.base && l.collection).map((l) => l.collection ?? ''))]
  async function ask(): Promise<void> {
    done.value = true
    const filter = areaFilter(points.value)
    const list: Caught[] = collections().map((c) => ({ collection: c, title: titleOf(c), count: null, filter }))
    caught.value = list
    const got = await Promise.all(list.map((c) => getItems(c.collection, { filter, division: division.value, limit: 1, properties: ['division'] })))
    if (caught.value !== list) return
    caught.value = list.map((c, i) => {
      const page = got[i]
      if (!page?.ok) return { ...c, failed: true }
      const n = page.value.numberMatched ?? (nextOf(page.value) ? null : page.value.features.length)
      return { ...c, count: n, many: n === null }
    })
  }
  /** A person wants the number of one register. */
  async function count(c: Caught): Promise<void> {
    const set = (part: Partial<Caught>): void => {
      caught.value = (caught.value ?? []).map((x) => (x.collection === c.collection && x.filter === c.filter ? { ...x, ...part } : x))
    }
    set({ many: false })
    const got = await getItems(c.collection, { filter: c.filter, division: division.value, limit: 1, count: 'exact', properties: ['division'] })
    set(got.ok ? { count: got.value.numberMatched ?? null } : { failed: true })
  }
  function clear(): void {
    points.value = []
    done.value = false
    caught.value = null
    from = undefined
  }
  const at = (e: MapMouseEvent): Position => [e.lngLat.lng, e.lngLat.lat]
  function down(e: MapMouseEvent): void {
    if (how.value !== 'box') return
    e.preventDefault() // the map is not dragged meanwhile
    clear()
    from = at(e)
  }
  function move(e: MapMouseEvent): void {
    if (from) points.value = boxRing(from, at(e))
  }
  function up(): void {
    if (!from) return
    from = undefined
    if (points.value.length) void ask()
  }
  /** A click while a shape is set. */
  function add(p: Position): void {
    if (how.value !== 'shape') return
    if (done.value) clear()
    points.value = [...points.value, p]
  }
  function finish(): void {
    if (points.value.length > 2) void ask()
  }
  function inView(): void {
    const b = county.map.value?.getBounds()
    if (!b) return
    clear()
    points.value = boxRing([b.getWest(), b.getSouth()], [b.getEast(), b.getNorth()])
    void ask()
  }
  function set(next: How | null): void {
    clear()
    how.value = next
    const map = county.map.value
    if (map) map.getCanvas().style.cursor = next ? 'crosshair' : ''
  }
  watch(county.map, (m) => {
    m?.on('mousedown', down)
    m?.on('mousemove', move)
    m?.on('mouseup', up)
    m?.on('dblclick', (e) => {
      if (how.value !== 'shape') return
      e.preventDefault()
      finish()
    })
  })
  watch(points, (list) => {
    county.measure.value = measureShapes(list)
  })
  return { how, points, done, caught, area, set, add, clear, finish, inView, count }
}
export type Select = ReturnType<typeof useSelect>
