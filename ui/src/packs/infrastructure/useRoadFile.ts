// The road of a road or a section, with its sections and everything that points to them.
import { onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import { getItem, type Feature, type Problem } from '@/api'
import { readAll, reading, readOn, type Reading } from '@/api/reading'
import { collectionOf } from '@/state/county'
import { quote } from '@/api/cql'
import { filtersOf, PARTS, type Part } from './parts'

export interface FilePart extends Part {
  reading: Reading
}
export interface RoadFile {
  road: Feature
  sections: Feature[]
  parts: FilePart[]
}
const PAGE = 200

async function roadId(collection: string, id: string, signal: AbortSignal): Promise<string | Problem> {
  if (collection === 'road') return id
  const item = await getItem(collection, id, signal)
  if (!item.ok) return item.problem
  const road = item.value.value.properties.road
  return typeof road === 'string' ? road : { type: '/problems/ui/no-road', title: '', status: 404 }
}
const begun = (part: Part, sections: string[]): FilePart => {
  const queries = filtersOf(part, sections).map((filter) => ({ filter, sortby: part.sortby, limit: PAGE, labels: true }))
  return { ...part, reading: reading(part.collection, queries) }
}

export function useRoadFile(collection: () => string, id: () => string) {
  const file = shallowRef<RoadFile>()
  const problem = ref<Problem | null>(null)
  let stop = new AbortController()

  /** The next rows of one part; what is shown meanwhile stays. */
  async function more(part: FilePart): Promise<void> {
    const mine = stop
    const now = await readOn(part.reading, mine.signal)
    const old = file.value
    if (mine.signal.aborted || !old) return
    file.value = { ...old, parts: old.parts.map((p) => (p.collection === part.collection ? { ...p, reading: now } : p)) }
  }
  async function read(c: string, i: string, signal: AbortSignal): Promise<void> {
    const road = await roadId(c, i, signal)
    if (signal.aborted) return
    if (typeof road !== 'string') {
      problem.value = road
      return
    }
    const [item, sections] = await Promise.all([
      getItem('road', road, signal),
      readAll(reading('road_section', [{ filter: `road = ${quote(road)}`, limit: 500, labels: true }]), signal),
    ])
    if (signal.aborted) return
    problem.value = item.ok ? sections.problem : item.problem
    if (!item.ok || sections.problem) return
    const ids = sections.rows.map((s) => s.id)
    const parts = PARTS.filter((p) => collectionOf(p.collection)).map((p) => begun(p, ids))
    file.value = { road: item.value.value, sections: sections.rows, parts }
    await Promise.all(parts.map(more))
  }
  watch(
    [collection, id],
    ([c, i]) => {
      // Another section of the same road: the file is already here.
      if (file.value && (file.value.road.id === i || file.value.sections.some((s) => s.id === i))) return
      stop.abort()
      stop = new AbortController()
      void read(c, i, stop.signal)
    },
    { immediate: true },
  )
  onBeforeUnmount(() => stop.abort())
  return { file, problem, more }
}
