// A form and its saving: checks, draft, one key a submission, and what to do when somebody else was faster.
import { computed, reactive, ref, shallowRef } from 'vue'
import type { Geometry } from 'geojson'
import { getItemNow, patchItem, putItem, type Answer, type Feature, type Problem, type PropertyError, type Result, type Value } from '@/api'
import { sendFiles } from '@/offline/files'
import { ulid } from '@/offline/ulid'
import { enqueue } from '@/offline/useQueue'
import type { Waiting } from '@/offline/queue'
import type { Field } from '@/record/fields'
import { nameOf } from '@/record/values'
import { actor } from '@/api/actor'
import { t } from '@/texts'
import { checkAll, checkField } from './check'
import { changed, clashes, settled, type Clash } from './conflict'
import { dropDraft, readDraft, useDraft } from '@/offline/useDraft'

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
  const fields = start.fields.filter((f) => !f.readOnly && (!f.base || f.name === 'division'))
  const name = `${start.collection}.${start.feature?.id ?? 'new'}`
  const base = ref<Record<string, Value>>({ ...start.feature?.properties })
  const basePlace = shallowRef<Geometry | null>(start.feature?.geometry ?? null)
  const found = readDraft(name)
  const draftAt = ref(found?.at ?? '')
  const values = reactive<Record<string, Value>>({ ...base.value, ...start.prefill, ...found?.values })
  const geometry = shallowRef<Geometry | null>(found?.geometry ?? basePlace.value)
  const etag = ref(start.etag)
  const target = shallowRef(start.feature)
  const newId = ulid()
  const queued = ref(false)
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
  const change = (): Waiting['change'] => {
    if (target.value) return { properties: patch.value, ...(moved.value ? { geometry: geometry.value } : {}) }
    const own = Object.fromEntries(fields.map((f) => [f.name, values[f.name] ?? null]).filter(([, v]) => v !== null && v !== ''))
    return { geometry: geometry.value, properties: own as Record<string, Value> }
  }
  const why = (): string | undefined => reason.value.trim() || undefined
  const photos = (): string[] =>
    fields.filter((f) => f.kind === 'photo').flatMap((f) => values[f.name] ?? []).filter((v): v is string => typeof v === 'string')
  async function send(): Promise<Result<Answer<Feature>>> {
    const photo = await sendFiles(photos())
    if (photo) return { ok: false, problem: photo }
    const body = change()
    if (target.value) return patchItem(start.collection, target.value.id, etag.value, body, why())
    return putItem(start.collection, newId, { geometry: null, ...body }, keyFor(JSON.stringify(body)), why())
  }
  /** No line: the change lies on this device and goes up by itself. */
  async function keep(): Promise<boolean> {
    const shown: Feature = { type: 'Feature', id: target.value?.id ?? newId, geometry: null, properties: { ...values } }
    const kept = await enqueue({
      id: shown.id,
      collection: start.collection,
      verb: target.value ? 'update' : 'create',
      title: nameOf(shown, fields, start.collection),
      at: new Date().toISOString(),
      change: JSON.parse(JSON.stringify(change())) as Waiting['change'],
      base: target.value ? (JSON.parse(JSON.stringify(base.value)) as Record<string, Value>) : undefined,
      etag: target.value ? etag.value : undefined,
      reason: why(),
      key: keyFor(JSON.stringify(change())),
      files: photos(),
      actor: actor.value?.name,
      state: 'waiting',
    })
    if (kept) dropDraft(name)
    return kept
  }
  async function meet(): Promise<void> {
    const got = await getItemNow(start.collection, target.value?.id ?? newId)
    if (!got.ok) return
    target.value = got.value.value // made by an earlier attempt whose answer was lost: from here on it is an edit
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
    if (got.problem.status === 0 && (await keep())) queued.value = true
    else if (got.problem.status === 412) await meet()
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
  return reactive({ fields, values, geometry, reason, errors, problem, saving, conflict, queued, dirty, safe, draftAt, errorOf, touched, save, settle, forget })
}
export type FormState = ReturnType<typeof useForm>
