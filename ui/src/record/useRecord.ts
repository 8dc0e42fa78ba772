// One record as it is now: its schema, its values, its journal; read again when somebody changes it.
import { computed, onBeforeUnmount, onMounted, reactive, ref, shallowRef, watch } from 'vue'
import { getHistory, getItem, onChange, type Feature, type Problem, type Version } from '@/api'
import { useSchema } from '@/api/schemas'
import { collectionOf } from '@/state/county'
import { look } from '@/theme/look'
import { fieldsOf } from './fields'
import { nameOf } from './values'

export function useRecord(collection: () => string, id: () => string) {
  const state = useSchema(collection)
  const feature = shallowRef<Feature | null>(null)
  const etag = ref<string | null>(null)
  const problem = ref<Problem | null>(null)
  const versions = shallowRef<Version[] | null>(null)
  const changedNow = ref('')
  const fields = computed(() => fieldsOf(state.schema))
  const label = computed(() => collectionOf(collection())?.['x-sangzi']?.label ?? undefined)
  const name = computed(() => (feature.value ? nameOf(feature.value, fields.value, collection()) : ''))
  let stop = new AbortController()

  async function read(): Promise<void> {
    stop.abort()
    stop = new AbortController()
    const mine = stop
    const [got, past] = await Promise.all([getItem(collection(), id(), mine.signal), getHistory(collection(), id(), mine.signal)])
    if (mine.signal.aborted) return
    problem.value = got.ok ? null : got.problem
    feature.value = got.ok ? got.value.value : null
    etag.value = got.ok ? got.value.etag : null
    versions.value = past.ok ? past.value.versions : []
  }
  watch(
    () => [collection(), id(), look.lang] as const,
    ([c, i], old) => {
      if (!old || old[0] !== c || old[1] !== i) {
        feature.value = null
        versions.value = null
      }
      changedNow.value = ''
      void read()
    },
    { immediate: true },
  )
  let off: (() => void) | undefined
  onMounted(() => {
    off = onChange((c) => {
      if (c.collection !== collection() || c.id !== id()) return
      changedNow.value = c.who ?? ''
      void read()
    })
  })
  onBeforeUnmount(() => {
    off?.()
    stop.abort()
  })
  const schema = computed(() => state.schema)
  const schemaProblem = computed(() => state.problem)
  return reactive({ schema, feature, etag, problem, versions, fields, label, name, read, changedNow, schemaProblem })
}
export type RecordState = ReturnType<typeof useRecord>
