// Sum, mean, least and most under the columns of figures, over all records of the filter.
import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { getStatistics, type Statistics } from '@/api'
import type { Asked } from './usePages'

export type Figure = 'sum' | 'mean' | 'min' | 'max' | 'count'
export const figures: Figure[] = ['sum', 'mean', 'min', 'max', 'count']

/** Read only while `on`: a sum over 200,000 rows is work that someone must want. */
export function useSums(asked: () => Asked | null, properties: () => string[], on: () => boolean): { sums: ShallowRef<Statistics | null>; busy: Ref<boolean> } {
  const sums = shallowRef<Statistics | null>(null)
  const busy = ref(false)
  watch(
    () => JSON.stringify([on(), asked()?.collection, asked()?.filter, asked()?.q, asked()?.division, properties()]),
    async (_, __, onCleanup) => {
      const stop = new AbortController()
      onCleanup(() => stop.abort())
      const q = asked()
      sums.value = null
      busy.value = false
      if (!on() || !q || !properties().length) return
      busy.value = true
      const got = await getStatistics(q.collection, { filter: q.filter, q: q.q, division: q.division, properties: properties() }, stop.signal)
      if (stop.signal.aborted) return
      busy.value = false
      sums.value = got.ok ? got.value : null
    },
    { immediate: true },
  )
  return { sums, busy }
}
