// The board: one column a code, each read on its own, twenty at a time; moving a card is a journalled change
// with a way back.
import { computed, reactive, ref, shallowReactive, shallowRef, watch } from 'vue'
import { getItems, getPage, nextOf, type Feature, type Problem } from '@/api'
import { makeBatch, readRows, undoBatch, type Done } from '@/register/batch'
import type { Register } from '@/register/useRegister'
import { nameOf } from '@/record/values'
import { useQuery } from '@/state/urlQuery'
import { t } from '@/texts'
import { groupable, groupsOf, narrowed, type Group } from './group'
import { useStatistics } from './useChart'

const PAGE = 20
export interface Column {
  group: Group
  rows: Feature[]
  next?: string
  busy: boolean
}

export function useBoard(reg: Register, collection: () => string) {
  const byText = useQuery('by')
  const choices = computed(() => groupable(reg.fields, true))
  const by = computed(() => choices.value.find((f) => f.name === byText.value) ?? choices.value[0])
  const { stats, problem, again } = useStatistics(reg, () => by.value?.name, () => undefined)
  const columns = shallowRef<Column[]>([])
  const moved = shallowRef<{ done: Done; name: string; to: string; undone: boolean } | null>(null)
  const trouble = ref<Problem | null>(null)

  /** The first cards, as many as were read already; what stands there stays until they come. */
  async function begin(column: Column, signal: AbortSignal): Promise<void> {
    const q = reg.asked
    if (!q) return
    const filter = narrowed(reg.clauses, column.group.clause, reg.fields)
    const limit = Math.max(PAGE, Math.ceil(column.rows.length / PAGE) * PAGE)
    const got = await getItems(q.collection, { filter, q: q.q, division: q.division, sortby: q.sortby, limit, labels: true }, signal)
    if (!got.ok || signal.aborted) return
    column.rows = got.value.features
    column.next = nextOf(got.value)
  }
  async function fill(column: Column): Promise<void> {
    if (!column.next || column.busy) return
    column.busy = true
    const got = await getPage(column.next)
    column.busy = false
    if (!got.ok) return
    column.rows = [...column.rows, ...got.value.features]
    column.next = nextOf(got.value)
  }
  // Counted anew: the columns of the same question stay, so that a card under somebody's hand stays where it is.
  let question = ''
  watch(
    [stats, by],
    ([s, field], _, onCleanup) => {
      const stop = new AbortController()
      onCleanup(() => stop.abort())
      if (!s || !field) return
      const now = JSON.stringify([field.name, reg.asked?.filter, reg.asked?.q, reg.asked?.division, reg.asked?.sortby])
      const old = new Map(now === question ? columns.value.map((c) => [String(c.group.value), c]) : [])
      question = now
      columns.value = groupsOf(field, s, [])
        .filter((g) => g.value !== null || g.count > 0)
        .map((group) => {
          const kept = old.get(String(group.value))
          return kept ? Object.assign(kept, { group }) : shallowReactive<Column>({ group, rows: [], next: undefined, busy: false })
        })
      for (const c of columns.value) void begin(c, stop.signal)
    },
    { immediate: true },
  )
  const movable = computed(() => Boolean(by.value && !by.value.readOnly && !by.value.derived))
  const name = (f: Feature): string => nameOf(f, reg.fields, reg.facts?.id ?? '')
  async function move(f: Feature, from: Column, to: Column): Promise<void> {
    const field = by.value
    if (!field || !movable.value || from === to || to.group.value === null) return
    trouble.value = null
    from.rows = from.rows.filter((r) => r.id !== f.id)
    to.rows = [f, ...to.rows]
    const rows = await readRows(collection(), [f.id])
    const got = rows.ok ? await makeBatch(collection(), rows.value, field.name, to.group.value, '', name) : rows
    if (got.ok) moved.value = { done: got.value, name: name(f), to: to.group.word, undone: false }
    else {
      to.rows = to.rows.filter((r) => r.id !== f.id)
      from.rows = [f, ...from.rows]
      trouble.value = got.problem.errors?.[0] ? { ...got.problem, detail: got.problem.errors[0].detail } : got.problem
    }
    again()
  }
  async function undo(): Promise<void> {
    if (!moved.value) return
    const back = await undoBatch(moved.value.done, t('register.batchUndoReason'))
    trouble.value = back.problem ?? null
    moved.value = { ...moved.value, undone: back.back > 0 }
    again()
  }
  return reactive({ byText, choices, by, columns, problem, trouble, moved, movable, name, fill, move, undo, again })
}
export type BoardState = ReturnType<typeof useBoard>
