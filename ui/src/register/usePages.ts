// The rows of a list of any size, read by keyset pages as far as one has scrolled; a new question drops the old answer.
import { ref, shallowRef, triggerRef, watch, type Ref, type ShallowRef } from 'vue'
import { ask, getItem, getPage, itemsQuery, nextOf, wasAborted, type Feature, type FeaturePage, type ItemsQuery, type Problem } from '@/api'
import { address } from '@/api/client'
import { addPage, emptyBook, leafAt, pageSize, putAway, rowAt, withLimit, type Leaf, type PageBook } from './pageBook'

const HELD = 30000

export interface Pages {
  book: ShallowRef<PageBook>
  /** How many in all; null: nobody has counted, and nobody is made to unasked. */
  total: Ref<number | null>
  counting: Ref<boolean>
  count: () => Promise<void>
  problem: Ref<Problem | null>
  busy: Ref<boolean>
  need: (first: number, last: number) => void
  row: (index: number) => Feature | undefined
  refresh: (id: string) => Promise<boolean>
  again: () => void
  indexOf: (id: string) => number
}
export interface Asked extends ItemsQuery {
  collection: string
  /** The number of all its records, where nothing narrows them. */
  all?: number
}

// A row needs no shape: pages of 200,000 parcels would not fit otherwise.
const lean = (f: Feature): Feature => ({ type: 'Feature', id: f.id, geometry: null, properties: f.properties, labels: f.labels })
const narrowed = (q: Asked): boolean => Boolean(q.filter || q.q || q.division || q.bbox || q.datetime)

export function usePages(query: () => Asked | null): Pages {
  const book = shallowRef(emptyBook(''))
  const total = ref<number | null>(null)
  const problem = ref<Problem | null>(null)
  const busy = ref(false)
  const counting = ref(false)
  let stop = new AbortController()
  let wanted = 0

  async function fetchPage(href: string, limit: number | null): Promise<FeaturePage | null> {
    const signal = stop.signal
    const got = await getPage(limit === null ? href : withLimit(href, limit), signal)
    if (signal.aborted) return null
    if (got.ok) return got.value
    if (!wasAborted(got.problem)) problem.value = got.problem
    return null
  }
  async function readOn(): Promise<void> {
    if (busy.value) return
    busy.value = true
    const mine = stop
    const at = book.value
    while (at.next !== undefined && at.known < wanted && !problem.value) {
      const href = withLimit(at.next, pageSize(at.known, wanted))
      const page = await fetchPage(href, null)
      if (mine.signal.aborted || !page) break
      addPage(at, href, page.features.map(lean), nextOf(page))
      if (at.ended) total.value = at.known
      else if (total.value === null && page.numberMatched !== undefined) total.value = page.numberMatched
      triggerRef(book)
    }
    if (mine === stop) busy.value = false
    putAway(at, HELD, (l) => l.start < wanted && l.start + l.count > wanted - 1000)
  }
  async function fill(leaf: Leaf): Promise<void> {
    if (leaf.rows) return
    leaf.rows = []
    const page = await fetchPage(leaf.href, null)
    leaf.rows = page ? page.features.map(lean) : null
    triggerRef(book)
  }
  function need(first: number, last: number): void {
    for (const index of [first, last]) {
      const leaf = leafAt(book.value, index)
      if (leaf) leaf.used = Date.now()
      if (leaf && !leaf.rows) void fill(leaf)
    }
    wanted = last + 60
    if (book.value.next !== undefined && book.value.known < wanted) void readOn()
  }
  /** All of them, one by one, on the server: a person has asked for the number. */
  async function count(): Promise<void> {
    const q = query()
    const mine = stop
    if (!q || counting.value) return
    counting.value = true
    const got = await ask<FeaturePage>(`/collections/${encodeURIComponent(q.collection)}/items`, {
      query: itemsQuery({ ...q, limit: 1, count: 'exact', properties: undefined, sortby: undefined, labels: false }),
      signal: stop.signal,
    })
    if (mine.signal.aborted) return
    counting.value = false
    if (got.ok && got.value.numberMatched !== undefined && !book.value.ended) total.value = got.value.numberMatched
    else if (!got.ok) problem.value = got.problem
  }
  function again(): void {
    stop.abort()
    stop = new AbortController()
    const q = query()
    problem.value = null
    busy.value = false
    wanted = 0
    if (!q) return
    book.value = emptyBook(address(`/collections/${encodeURIComponent(q.collection)}/items`, itemsQuery({ ...q, limit: 100 })))
    counting.value = false
    total.value = narrowed(q) ? null : (q.all ?? null)
    need(0, 40)
  }
  async function refresh(id: string): Promise<boolean> {
    const q = query()
    const at = indexOf(id)
    if (!q || at < 0) return false
    const got = await getItem(q.collection, id)
    const leaf = leafAt(book.value, at)
    if (!got.ok || !leaf?.rows) return false
    leaf.rows[at - leaf.start] = lean(got.value.value)
    triggerRef(book)
    return true
  }
  function indexOf(id: string): number {
    for (const leaf of book.value.leaves) {
      const at = leaf.rows?.findIndex((f) => f.id === id) ?? -1
      if (at >= 0) return leaf.start + at
    }
    return -1
  }
  watch(() => JSON.stringify(query()), again, { immediate: true })
  return { book, total, counting, count, problem, busy, need, row: (i) => rowAt(book.value, i), refresh, again, indexOf }
}
