// A form and its saving: checks, draft, one key a submission, and what to do when somebody else was faster.
import { computed, reactive, ref, shallowRef } from 'vue'
import type { Geometry } from 'geojson'
import { createItem, getItem, patchItem, type Answer, type Feature, type Problem, type PropertyError, type Result, type Value } from '@/api'
import type { Field } from '@/record/fields'
import { t } from '@/texts'
import { checkAll, checkField } from './check'
import { changed, clashes, settled, type Clash } from './conflict'
import { dropDraft, readDraft, useDraft } from './useDraft'

export interface FormStart {
  collection: string
  fields: Field[]
  feature: Feature | null
  etag: string
  prefill?: Record<string, Value>
  placeNeeded: boolean
}
const uuid = (): string =>
  typeof crypto.randomUUID === 'function' ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`

export function useForm(start: FormStart) {
  // Photos have no way in yet: a form does not ask for what it cannot take.
  const fields = start.fields.filter((f) => !f.readOnly && f.kind !== 'photo' && (!f.base || f.name === 'division'))
  const name = `${start.collection}.${start.feature?.id ?? 'new'}`
  const base = ref<Record<string, Value>>({ ...start.feature?.properties })
  const basePlace = shallowRef<Geometry | null>(start.feature?.geometry ?? null)
  const found = readDraft(name)
  const draftAt = ref(found?.at ?? '')
  const values = reactive<Record<string, Value>>({ ...base.value, ...start.prefill, ...found?.values })
  const geometry = shallowRef<Geometry | null>(found?.geometry ?? basePlace.value)
  const etag = ref(start.etag)
  const reason = ref('')
  const errors = ref<PropertyError[]>([])
  const problem = ref<Problem | null>(null)
  const saving = ref(false)
  const conflict = shallowRef<{ theirs: Feature; list: Clash[] } | null>(null)
  let sent = { body: '', key: '' }

  const moved = computed(() => JSON.stringify(geometry.value) !== JSON.stringify(basePlace.value))
  const patch = computed(() => changed(fields, base.value, values))
  const dirty = computed(() => moved.value || Object.keys(patch.value).length > 0)
  const { safe } = useDraft(() => name, () => ({ values: { ...values }, geometry: geometry.value }), () => dirty.value)

  const errorOf = (property: string): string | undefined => errors.value.find((e) => e.property === property)?.detail
  /** A field once complained about is checked while it is mended. */
  function touched(field: Field): void {
    if (!errorOf(field.name)) return
    const detail = checkField(field, values[field.name])
    errors.value = errors.value.filter((e) => e.property !== field.name).concat(detail ? [{ property: field.name, detail }] : [])
  }
  function check(): boolean {
    errors.value = checkAll(fields, values)
    if (start.placeNeeded && !geometry.value) errors.value = [...errors.value, { property: 'geometry', detail: t('form.needPlace') }]
    return errors.value.length === 0
  }
  function keyFor(body: string): string {
    if (sent.body !== body) sent = { body, key: uuid() }
    return sent.key
  }
  function send(): Promise<Result<Answer<Feature>>> {
    const why = reason.value.trim() || undefined
    if (start.feature) {
      return patchItem(start.collection, start.feature.id, etag.value, { properties: patch.value, ...(moved.value ? { geometry: geometry.value } : {}) }, why)
    }
    const own = Object.fromEntries(fields.map((f) => [f.name, values[f.name] ?? null]).filter(([, v]) => v !== null && v !== ''))
    const draft = { geometry: geometry.value, properties: own as Record<string, Value> }
    return createItem(start.collection, draft, why, keyFor(JSON.stringify(draft)))
  }
  async function meet(): Promise<void> {
    const got = start.feature && (await getItem(start.collection, start.feature.id))
    if (!got || !got.ok) return
    etag.value = got.value.etag ?? etag.value
    conflict.value = { theirs: got.value.value, list: clashes(fields, base.value, values, got.value.value.properties) }
  }
  async function save(): Promise<Feature | null> {
    if (saving.value || !check()) return null
    saving.value = true
    problem.value = null
    const got = await send()
    saving.value = false
    if (got.ok) {
      dropDraft(name)
      return got.value.value
    }
    if (got.problem.status === 412) await meet()
    else if (got.problem.errors?.length) errors.value = got.problem.errors
    else problem.value = got.problem
    return null
  }
  /** Their version becomes the ground, the choices what is typed. */
  async function settle(): Promise<Feature | null> {
    if (!conflict.value) return null
    const { theirs, list } = conflict.value
    Object.assign(values, settled(theirs, list))
    base.value = { ...theirs.properties }
    if (!moved.value) geometry.value = theirs.geometry
    basePlace.value = theirs.geometry
    conflict.value = null
    if (dirty.value) return save()
    dropDraft(name)
    return theirs
  }
  function forget(): void {
    dropDraft(name)
    draftAt.value = ''
    for (const f of fields) values[f.name] = base.value[f.name] ?? start.prefill?.[f.name] ?? null
    geometry.value = basePlace.value
    errors.value = []
  }
  return reactive({ fields, values, geometry, reason, errors, problem, saving, conflict, dirty, safe, draftAt, errorOf, touched, save, settle, forget })
}
export type FormState = ReturnType<typeof useForm>
