// Which records of other registers point to this one: a group a register and property, with its count and the newest.
import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { getItems, nextOf, type Collection, type Feature, type ItemsQuery } from '@/api'
import { schemaOf, sortablesOf } from '@/api/schemas'
import { nameText, quote } from '@/api/cql'
import { collections } from '@/state/county'
import { fewAtOnce } from '@/api/few'
import { fieldsOf, hasValue, type Field } from './fields'
import { nameOf, sayFull } from './values'

export interface RelatedGroup {
  collection: string
  title: string
  property: Field
  filter: string
  /** null: more than the few shown, and nobody has counted. */
  count: number | null
  rows: { id: string; name: string; note: string }[]
}

/** How a reference to `id` of `collection` is asked for, where a property may point there. */
export function refersTo(field: Field, collection: string, id: string): string | null {
  if (field.kind === 'division' || !field.ref.includes(collection)) return null
  const value = quote(field.ref.length > 1 ? `${collection}/${id}` : id)
  return field.many ? `A_CONTAINS(${nameText(field.name)}, (${value}))` : `${nameText(field.name)} = ${value}`
}
const words = (f: Feature, fields: Field[], but: string): string => {
  const shown = fields.filter((x) => !x.base && x.name !== but && (x.kind === 'enum' || x.kind === 'date' || x.kind === 'time')).slice(0, 3)
  return shown.map((x) => (hasValue(f.properties[x.name]) ? sayFull(x, f.properties[x.name], f.labels) : '')).filter(Boolean).join(' · ')
}

/** The newest first, where the register has a day of its own and can be sorted by it. */
async function newestFirst(collection: string, fields: Field[]): Promise<string | undefined> {
  const days = fields.filter((f) => !f.base && !f.many && (f.kind === 'time' || f.kind === 'date'))
  const got = days.length ? await sortablesOf(collection) : undefined
  const at = got?.ok ? days.find((f) => f.name in got.value.properties) : undefined
  return at && `-${at.name}`
}

async function groupsOf(c: Collection, collection: string, id: string, signal: AbortSignal, but?: string): Promise<RelatedGroup[]> {
  const schema = await schemaOf(c.id)
  if (!schema.ok || signal.aborted) return []
  const fields = fieldsOf(schema.value)
  const label = c['x-sangzi']?.label
  const out: RelatedGroup[] = []
  for (const field of fields) {
    const filter = refersTo(field, collection, id)
    if (!filter) continue
    const query: ItemsQuery = { filter, limit: 5, labels: true, sortby: await newestFirst(c.id, fields) }
    const got = await getItems(c.id, query, signal)
    if (!got.ok) continue
    const others = got.value.features.filter((f) => f.id !== but)
    if (!others.length) continue
    const all = got.value.numberMatched ?? (nextOf(got.value) ? null : got.value.features.length)
    const n = all === null ? null : all - (got.value.features.length - others.length)
    const rows = others.slice(0, 4).map((f) => ({ id: f.id, name: nameOf(f, fields, c.id), note: words(f, fields, label ?? '') }))
    out.push({ collection: c.id, title: c.title, property: field, filter, count: n, rows })
  }
  return out
}

/** The largest first; what is uncounted is large. */
const byCount = (a: RelatedGroup, b: RelatedGroup): number => (b.count ?? Infinity) - (a.count ?? Infinity) || 0

export function useRelated(collection: () => string, id: () => string): { groups: ShallowRef<RelatedGroup[]>; busy: Ref<boolean> } {
  const groups = shallowRef<RelatedGroup[]>([])
  const busy = ref(true)
  watch(
    () => [collection(), id(), collections.value.length] as const,
    async ([c, i], _, onCleanup) => {
      const stop = new AbortController()
      onCleanup(() => stop.abort())
      groups.value = []
      busy.value = true
      const found = await fewAtOnce(collections.value, (one) => groupsOf(one, c, i, stop.signal), 4)
      if (stop.signal.aborted) return
      groups.value = found.flat().sort(byCount)
      busy.value = false
    },
    { immediate: true },
  )
  return { groups, busy }
}

export interface Alongside {
  what: string
  to: string
  groups: RelatedGroup[]
}
/** One step further: what else belongs to the thing this record lies on - a bridge's road section, its inspections.
 *  Only within the record's own pack: a person or a village would bring half the county. */
export function useAlongside(collection: () => string, feature: () => Feature | null, fields: () => Field[]): ShallowRef<Alongside[]> {
  const found = shallowRef<Alongside[]>([])
  watch(
    () => [feature()?.id, fields().length, collections.value.length] as const,
    async (_, __, onCleanup) => {
      const stop = new AbortController()
      onCleanup(() => stop.abort())
      found.value = []
      const f = feature()
      const pack = collections.value.find((c) => c.id === collection())?.['x-sangzi']?.pack
      const own = collections.value.filter((c) => c['x-sangzi']?.pack === pack)
      if (!f || !pack) return
      const out: Alongside[] = []
      for (const field of fields()) {
        const [target] = field.ref
        const value = f.properties[field.name]
        if (field.kind !== 'ref' || field.many || field.ref.length !== 1 || typeof value !== 'string' || !own.some((c) => c.id === target) || !target) continue
        const groups = (await fewAtOnce(own, (c) => groupsOf(c, target, value, stop.signal, f.id), 4)).flat()
        const label = f.labels?.[field.name]
        if (groups.length) out.push({ what: typeof label === 'string' ? label : field.title, to: `/records/${target}/${value}`, groups: groups.sort(byCount) })
      }
      if (!stop.signal.aborted) found.value = out
    },
    { immediate: true },
  )
  return found
}
