// One import: followed while it is read or written, matched anew when a column is put elsewhere.
import { onBeforeUnmount, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { applyImport, dropImport, getImport, patchImport, type Import, type ImportChoice, type Problem } from '@/api'

export interface ImportState {
  one: ShallowRef<Import | null>
  problem: Ref<Problem | null>
  busy: Ref<boolean>
  choose: (choice: ImportChoice) => Promise<void>
  apply: (accept: 'all-or-nothing' | 'good-rows') => Promise<void>
  cancel: () => Promise<void>
}
export const moving = (status: Import['status']): boolean => status === 'reading' || status === 'applying'
/** The columns as the server wants them said. */
export const columnsOf = (one: Import): Record<string, string | null> => Object.fromEntries((one.columns ?? []).map((c) => [c.name, c.property]))

export function useImport(id: () => string): ImportState {
  const one = shallowRef<Import | null>(null)
  const problem = ref<Problem | null>(null)
  const busy = ref(false)
  let timer = 0
  let gone = false

  async function follow(): Promise<void> {
    clearTimeout(timer)
    const asked = id()
    const got = await getImport(asked)
    if (gone || asked !== id()) return
    problem.value = got.ok ? null : got.problem
    if (!got.ok) return
    one.value = got.value
    if (moving(got.value.status)) timer = window.setTimeout(() => void follow(), 400)
  }
  async function choose(choice: ImportChoice): Promise<void> {
    busy.value = true
    const got = await patchImport(id(), choice)
    if (got.ok) await follow()
    else problem.value = got.problem
    busy.value = false
  }
  async function apply(accept: 'all-or-nothing' | 'good-rows'): Promise<void> {
    busy.value = true
    const got = await applyImport(id(), accept)
    if (!got.ok) problem.value = got.problem
    else await follow()
    busy.value = false
  }
  async function cancel(): Promise<void> {
    await dropImport(id())
    if (one.value) one.value = { ...one.value, status: 'cancelled' }
  }
  watch(id, () => ((one.value = null), void follow()), { immediate: true })
  onBeforeUnmount(() => {
    gone = true
    clearTimeout(timer)
  })
  return { one, problem, busy, choose, apply, cancel }
}
