// What a chart shows: its property, its measure and its groups; all of it stands in the URL.
import { computed, onScopeDispose, reactive, ref, shallowRef, watch } from 'vue'
import { getStatistics, onChange, type Problem, type Statistics } from '@/api'
import { useDivisions } from '@/state/useDivisions'
import type { Register } from '@/register/useRegister'
import { useQuery } from '@/state/urlQuery'
import { groupable, groupsOf, measurable, spoken, type Measure } from './group'

export function useStatistics(reg: Register, by: () => string | undefined, property: () => string | undefined) {
  const stats = shallowRef<Statistics | null>(null)
  const problem = ref<Problem | null>(null)
  const round = ref(0)
  watch(
    () => JSON.stringify([reg.asked?.collection, reg.asked?.filter, reg.asked?.q, reg.asked?.division, by(), property(), round.value]),
    async (_, __, onCleanup) => {
      const stop = new AbortController()
      onCleanup(() => stop.abort())
      const [q, group] = [reg.asked, by()]
      if (!q || !group) return
      const got = await getStatistics(q.collection, { filter: q.filter, q: q.q, division: q.division, properties: property() ? [property() ?? ''] : undefined, group }, stop.signal)
      if (stop.signal.aborted) return
      stats.value = got.ok ? got.value : null
      problem.value = got.ok ? null : got.problem
    },
    { immediate: true },
  )
  let timer: ReturnType<typeof setTimeout> | undefined
  const off = onChange((c) => {
    if (c.collection === reg.asked?.collection) timer ??= setTimeout(() => ((timer = undefined), round.value++), 700)
  })
  onScopeDispose(() => (off(), clearTimeout(timer)))
  return { stats, problem, again: () => void round.value++ }
}

export function useChart(reg: Register) {
  const byText = useQuery('by')
  const ofText = useQuery('of')
  const choices = computed(() => groupable(reg.fields))
  const by = computed(() => choices.value.find((f) => f.name === byText.value) ?? choices.value[0])
  const figures = computed(() => measurable(reg.fields))
  const measure = computed<Measure>(() => (/^mean:/.test(ofText.value ?? '') ? 'mean' : /^sum:/.test(ofText.value ?? '') ? 'sum' : 'count'))
  const property = computed(() => figures.value.find((f) => f.name === ofText.value?.replace(/^(sum|mean):/, '')))
  const { here } = useDivisions(() => reg.division)
  const { stats, problem, again } = useStatistics(reg, () => by.value?.name, () => property.value?.name)
  const groups = computed(() =>
    by.value && stats.value
      ? spoken(groupsOf(by.value, stats.value, here.value?.children ?? [], property.value ? measure.value : 'count', property.value?.name), property.value)
      : null,
  )
  return reactive({ byText, ofText, choices, by, figures, measure, property, groups, stats, problem, again })
}
export type ChartState = ReturnType<typeof useChart>
