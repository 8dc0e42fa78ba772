// The road of a road, a section or a structure, with its sections, structures, defects, inspections and works.
import { ref, shallowRef, watch } from 'vue'
import { getItem, getItems, type Feature, type Problem } from '@/api'
import { collectionOf } from '@/state/county'
import { idFilters } from './road'

export interface RoadFile {
  road: Feature
  sections: Feature[]
  structures: Feature[]
  defects: Feature[]
  inspections: Feature[]
  works: Feature[]
}

async function all(collection: string, filters: string[], sortby: string | undefined, signal: AbortSignal): Promise<Feature[]> {
  if (!collectionOf(collection)) return []
  const pages = await Promise.all(filters.map((filter) => getItems(collection, { filter, sortby, limit: 500, labels: true }, signal)))
  return pages.flatMap((page) => (page.ok ? page.value.features : []))
}

async function roadId(collection: string, id: string, signal: AbortSignal): Promise<string | Problem> {
  if (collection === 'road') return id
  const item = await getItem(collection, id, signal)
  if (!item.ok) return item.problem
  const road = item.value.value.properties.road
  return typeof road === 'string' ? road : { type: '/problems/ui/no-road', title: '', status: 404 }
}

export function useRoadFile(collection: () => string, id: () => string) {
  const file = shallowRef<RoadFile>()
  const problem = ref<Problem | null>(null)
  watch(
    [collection, id],
    async ([c, i], _, onCleanup) => {
      const stop = new AbortController()
      onCleanup(() => stop.abort())
      // Another section of the same road: the file is already here.
      if (file.value && (file.value.road.id === i || file.value.sections.some((s) => s.id === i))) return
      const road = await roadId(c, i, stop.signal)
      if (stop.signal.aborted) return
      if (typeof road !== 'string') {
        problem.value = road
        return
      }
      const [item, sections] = await Promise.all([
        getItem('road', road, stop.signal),
        all('road_section', [`road = '${road}'`], undefined, stop.signal),
      ])
      if (stop.signal.aborted) return
      if (!item.ok) {
        problem.value = item.problem
        return
      }
      problem.value = null
      const empty = { structures: [], defects: [], inspections: [], works: [] }
      file.value = { road: item.value.value, sections, ...empty }
      const filters = idFilters('section', sections.map((s) => s.id))
      const [structures, defects, inspections] = await Promise.all([
        all('road_structure', filters, undefined, stop.signal),
        all('road_defect', filters, '-found_at', stop.signal),
        all('road_inspection', filters, '-at', stop.signal),
      ])
      if (!stop.signal.aborted) file.value = { road: item.value.value, sections, structures, defects, inspections, works: [] }
    },
    { immediate: true },
  )
  return { file, problem }
}
