// Everything a register shows, out of the URL: filter, words, sort, columns, the open record.
import { computed, reactive, ref, watch } from 'vue'
import { useRouter } from 'vue-router'
import { sortablesOf, useSchema } from '@/api/schemas'
import type { Collection } from '@/api/types'
import { fieldsOf, firstColumns, type Field } from '@/record/fields'
import { collectionOf } from '@/state/county'
import { look } from '@/theme/look'
import { useScope } from '@/state/scope'
import { useQuery } from '@/state/urlQuery'
import { fromCql, toCql, type Clause } from './clauses'
import { useKept } from '@/state/useKept'
import { usePages, type Asked } from './usePages'

export interface SortKey {
  property: string
  down: boolean
}
export const readSort = (text: string | undefined): SortKey[] =>
  (text ?? '').split(',').filter(Boolean).map((s) => ({ property: s.replace(/^[+-]/, ''), down: s.startsWith('-') }))
export const writeSort = (keys: SortKey[]): string | undefined =>
  keys.length ? keys.map((k) => `${k.down ? '-' : '+'}${k.property}`).join(',') : undefined

/** Up, down, off; with `more` beside the others, else alone. */
export function turnSort(keys: SortKey[], property: string, more: boolean): SortKey[] {
  const had = keys.find((k) => k.property === property)
  const rest = more ? keys.filter((k) => k.property !== property) : []
  if (!had) return [...rest, { property, down: false }]
  return had.down ? rest : [...rest, { property, down: true }]
}

export function useRegister(collection: () => string) {
  const { division } = useScope()
  const state = useSchema(collection)
  const filterText = useQuery('filter')
  const words = useQuery('q')
  const sortText = useQuery('sort')
  const columnText = useQuery('columns')
  const open = useQuery('open')
  const facts = computed<Collection | undefined>(() => collectionOf(collection()))
  const label = computed(() => facts.value?.['x-sangzi']?.label ?? undefined)
  const fields = computed<Field[]>(() => fieldsOf(state.schema))
  const sortable = ref<Set<string> | null>(null)
  const kept = useKept<string[] | null>(() => `sangzi.columns.${collection()}`, null)
  watch(
    [collection, () => look.lang],
    async ([c]) => {
      sortable.value = null
      const got = await sortablesOf(c)
      if (got.ok && c === collection()) sortable.value = new Set(Object.keys(got.value.properties))
    },
    { immediate: true },
  )
  const columns = computed<Field[]>(() => {
    const asked = columnText.value?.split(',') ?? kept.value ?? firstColumns(fields.value, label.value)
    const found = asked.map((n) => fields.value.find((f) => f.name === n)).filter((f): f is Field => Boolean(f))
    return found.length ? found : fields.value.slice(0, 6)
  })
  const clauses = computed<Clause[]>({
    get: () => fromCql(filterText.value ?? '', fields.value),
    set: (list) => (filterText.value = toCql(list, fields.value) || undefined),
  })
  const sort = computed<SortKey[]>({
    get: () => readSort(sortText.value).filter((k) => !sortable.value || sortable.value.has(k.property)),
    set: (keys) => (sortText.value = writeSort(keys)),
  })
  const asked = computed<Asked | null>(() => {
    if (!fields.value.length) return null
    const names = new Set([...columns.value.map((f) => f.name), label.value, 'division', 'version'])
    return {
      collection: collection(),
      filter: filterText.value,
      q: words.value,
      division: division.value,
      sortby: writeSort(sort.value),
      properties: fields.value.map((f) => f.name).filter((n) => names.has(n)),
      labels: true,
      all: facts.value?.['x-sangzi']?.count,
    }
  })
  const pages = usePages(() => asked.value)
  function setColumns(names: string[] | null): void {
    kept.value = names
    if (columnText.value) columnText.value = undefined
  }
  const router = useRouter()
  /** Filter, words and sort in one step of the history. */
  function goTo(to: { filter?: string; q?: string; sort?: string }): void {
    const { path, query, hash } = router.currentRoute.value
    void router.push({ path, hash, query: { ...query, filter: to.filter, q: to.q, sort: to.sort } })
  }
  const narrowed = computed(() => Boolean(filterText.value || words.value))
  return reactive({
    facts, label, fields, columns, clauses, sort, sortable, words, filterText, division, open, asked, narrowed, state, setColumns, goTo, pages,
  })
}
export type Register = ReturnType<typeof useRegister>
