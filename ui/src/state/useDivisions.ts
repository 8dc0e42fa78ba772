// Walking the division tree: where we are, what stands above and below it.
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { getDivision } from '@/api/county'
import type { Division, DivisionRef, Problem } from '@/api/types'
import { look } from '@/theme/look'

export interface Divisions {
  here: ShallowRef<Division | null>
  problem: Ref<Problem | null>
  word: Ref<string>
  below: ComputedRef<DivisionRef[]>
}

/** The division of `code` (undefined: the node's own), read again when it or the language changes. */
export function useDivisions(code: () => string | undefined): Divisions {
  const here = shallowRef<Division | null>(null)
  const problem = ref<Problem | null>(null)
  const word = ref('')
  const below = computed(() => {
    const children = here.value?.children ?? []
    const w = word.value.trim()
    return w ? children.filter((d) => d.name.includes(w) || d.code.startsWith(w)) : children
  })
  watch(
    [code, () => look.lang],
    async ([c], _, onCleanup) => {
      const stop = new AbortController()
      onCleanup(() => stop.abort())
      const got = await getDivision(c, stop.signal)
      if (stop.signal.aborted) return
      here.value = got.ok ? got.value : here.value
      problem.value = got.ok ? null : got.problem
      word.value = ''
    },
    { immediate: true },
  )
  return { here, problem, word, below }
}
