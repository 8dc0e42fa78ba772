// Which records of other registers point to this one: a group a register and property, with its count and the newest.
import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { getItems, type Collection, type Feature, type ItemsQuery } from '@/api'
import { schemaOf } from '@/api/schemas'
import { nameText, quote } from '@/register/cql'
import { collections } from '@/state/county'
import { fewAtOnce } from '@/register/batch'
import { fieldsOf, type Field } from './fields'
import { nameOf } from './values'

export interface RelatedGroup {
  collection: string
  title: string
  property: Field
  filter: string
  count: number
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
  return shown.map((x) => nameOf({ ...f, id: '' }, [x], x.name)).filter(Boolean).join(' · ')
}

async function groupsOf(c: Collection, collection: string, id: string, signal: AbortSignal): Promise<RelatedGroup[]> {
  const schema = await schemaOf(c.id)
  if (!schema.ok || signal.aborted) return []
  const fields = fieldsOf(schema.value)
  const label = c['x-sangzi']?.label
  const out: RelatedGroup[] = []
  for (const field of fields) {
    const filter = refersTo(field, collection, id)
    if (!filter) continue
    const query: ItemsQuery = { filter, limit: 4, labels: true, count: 'exact' }
    const got = await getItems(c.id, query, signal)
    const n = got.ok ? (got.value.numberMatched ?? got.value.features.length) : 0
    if (!got.ok || !n) continue
    const rows = got.value.features.map((f) => ({ id: f.id, name: nameOf(f, fields, label), note: words(f, fields, label ?? '') }))
    out.push({ collection: c.id, title: c.title, property: field, filter, count: n, rows })
  }
  return out
}

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
      groups.value = found.flat().sort((a, b) => b.count - a.count)
      busy.value = false
    },
    { immediate: true },
  )
  return { groups, busy }
}
