// The county's figures for a division: the list at once, each value as it comes.
import { ref, shallowRef, watch } from 'vue'
import { getIndicator, getIndicators, type IndicatorAnswer, type IndicatorRow, type Problem } from '@/api'

export function useIndicators(division: () => string | undefined, few?: number) {
  const rows = shallowRef<IndicatorRow[]>()
  const answers = shallowRef(new Map<string, IndicatorAnswer>())
  const problem = ref<Problem | null>(null)
  watch(
    division,
    async (code, _, onCleanup) => {
      const stop = new AbortController()
      onCleanup(() => stop.abort())
      const list = await getIndicators(stop.signal)
      if (stop.signal.aborted) return
      if (!list.ok) {
        problem.value = list.problem
        return
      }
      problem.value = null
      rows.value = list.value.indicators.slice(0, few)
      answers.value = new Map()
      await Promise.all(
        rows.value.map(async (row) => {
          const got = await getIndicator(row.id, { division: code }, stop.signal)
          if (got.ok && !stop.signal.aborted) answers.value = new Map(answers.value).set(row.id, got.value)
        }),
      )
    },
    { immediate: true },
  )
  return { rows, answers, problem }
}
