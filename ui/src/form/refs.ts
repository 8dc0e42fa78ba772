// Finding the record a reference should point to: by the county's search, else among the register's own rows.
import { getDivision, getItem, getItems, search, type Feature } from '@/api'
import { schemaOf } from '@/api/schemas'
import { wholeList } from '@/offline/lists'
import { fieldsOf } from '@/record/fields'
import { nameOf } from '@/record/values'
import { line } from '@/api/line'

export interface Found {
  /** What is written into the property. */
  value: string
  title: string
  note?: string
}
const write = (refs: string[], collection: string, id: string): string => (refs.length > 1 ? `${collection}/${id}` : id)

async function divisions(word: string, below: string | undefined, signal?: AbortSignal): Promise<Found[]> {
  if (!word) {
    const got = await getDivision(below, signal)
    return got.ok ? (got.value.children ?? []).map((d) => ({ value: d.code, title: d.name })) : []
  }
  const got = await search(word, { collections: ['division'], limit: 12 }, signal)
  if (!got.ok) return []
  return got.value.results
    .filter((h) => h.collection === 'division' && h.division)
    .map((h) => ({ value: h.division ?? '', title: h.title, note: h.subtitle ?? h.divisionName }))
}
async function titled(collection: string, rows: Feature[], refs: string[]): Promise<Found[]> {
  const schema = await schemaOf(collection)
  const fields = fieldsOf(schema.ok ? schema.value : null)
  return rows.map((f) => ({
    value: write(refs, collection, f.id),
    title: nameOf(f, fields, collection),
    note: typeof f.labels?.division === 'string' ? f.labels.division : undefined,
  }))
}
/** Without a line: among the lists read ahead. */
async function kept(refs: string[], word: string): Promise<Found[]> {
  const lists = await Promise.all(refs.slice(0, 3).map(async (c) => titled(c, await wholeList(c), refs)))
  const low = word.toLowerCase()
  return lists.flat().filter((f) => `${f.title} ${f.note ?? ''}`.toLowerCase().includes(low)).slice(0, 12)
}
async function listed(refs: string[], word: string, division: string | undefined, signal?: AbortSignal): Promise<Found[]> {
  const lists = await Promise.all(
    refs.slice(0, 3).map(async (c) => {
      const got = await getItems(c, { q: word || undefined, division, limit: 12, labels: true }, signal)
      return got.ok ? titled(c, got.value.features, refs) : []
    }),
  )
  return lists.flat()
}

/** What fits the words among the collections of `refs`. Without words: the first few. */
export async function findRefs(refs: string[], word: string, division?: string, signal?: AbortSignal): Promise<Found[]> {
  if (refs.length === 1 && refs[0] === 'division') return divisions(word, division, signal)
  if (word) {
    const got = await search(word, { collections: refs, limit: 12 }, signal)
    const hits = got.ok ? got.value.results.filter((h) => refs.includes(h.collection)) : []
    if (hits.length)
      return hits.map((h) => ({ value: write(refs, h.collection, h.id), title: h.title, note: h.subtitle ?? h.divisionName }))
  }
  const found = await listed(refs, word, division, signal)
  return found.length || !line.off ? found : kept(refs, word)
}

/** What a reference's value is called. */
export async function refTitle(refs: string[], value: string): Promise<string> {
  if (refs.length === 1 && refs[0] === 'division') {
    const got = await getDivision(value)
    return got.ok ? (got.value.full_name ?? got.value.name) : value
  }
  const cut = value.indexOf('/')
  const collection = cut > 0 ? value.slice(0, cut) : (refs[0] ?? '')
  const got = await getItem(collection, cut > 0 ? value.slice(cut + 1) : value)
  if (!got.ok) return value
  const [one] = await titled(collection, [got.value.value], refs)
  return one?.title ?? value
}
