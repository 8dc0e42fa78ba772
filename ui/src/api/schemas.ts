// Schemas are asked once a language and kept: every list, record and form leans on them.
import { reactive, shallowReactive, watch } from 'vue'
import { look } from '@/theme/look'
import { getQueryables, getSchema, getSortables } from './features'
import type { CollectionSchema, Problem, Result } from './types'

type Kept = Map<string, Promise<Result<CollectionSchema>>>
const schemas: Kept = new Map()
const sortables: Kept = new Map()
const queryables: Kept = new Map()

function once(kept: Kept, c: string, ask: (c: string) => Promise<Result<CollectionSchema>>): Promise<Result<CollectionSchema>> {
  const had = kept.get(c)
  if (had) return had
  const asked = ask(c).then((got) => {
    if (!got.ok) kept.delete(c)
    return got
  })
  kept.set(c, asked)
  return asked
}
export const schemaOf = (c: string): Promise<Result<CollectionSchema>> => once(schemas, c, getSchema)
export const sortablesOf = (c: string): Promise<Result<CollectionSchema>> => once(sortables, c, getSortables)
export const queryablesOf = (c: string): Promise<Result<CollectionSchema>> => once(queryables, c, getQueryables)

export interface SchemaState {
  schema: CollectionSchema | null
  problem: Problem | null
}
/** The schema of the named collection, followed when the name or the language changes. */
export function useSchema(collection: () => string): SchemaState {
  const state = shallowReactive<SchemaState>({ schema: null, problem: null })
  watch(
    [collection, () => look.lang],
    async ([c], _, onCleanup) => {
      let stopped = false
      onCleanup(() => (stopped = true))
      if (!c) return
      const got = await schemaOf(c)
      if (stopped) return
      state.schema = got.ok ? got.value : null
      state.problem = got.ok ? null : got.problem
    },
    { immediate: true },
  )
  return reactive(state)
}
watch(
  () => look.lang,
  () => [schemas, sortables, queryables].forEach((kept) => kept.clear()),
  { flush: 'sync' },
)
