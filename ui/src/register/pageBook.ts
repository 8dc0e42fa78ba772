// The pages of a list, read one after another through `next`. A page that was put away is read again by its own address.
import type { Feature } from '@/api/types'

export interface Leaf {
  href: string
  start: number
  count: number
  rows: Feature[] | null
  used: number
}
export interface PageBook {
  leaves: Leaf[]
  /** Address of the page after the last; undefined: the end is reached. */
  next: string | undefined
  ended: boolean
  known: number
}

export const emptyBook = (first: string): PageBook => ({ leaves: [], next: first || undefined, ended: false, known: 0 })

export function addPage(book: PageBook, href: string, rows: Feature[], next: string | undefined): void {
  book.leaves.push({ href, start: book.known, count: rows.length, rows, used: Date.now() })
  book.known += rows.length
  book.next = next
  book.ended = !next
}

export function leafAt(book: PageBook, index: number): Leaf | undefined {
  let low = 0
  let high = book.leaves.length - 1
  while (low <= high) {
    const mid = (low + high) >> 1
    const leaf = book.leaves[mid]
    if (!leaf) return undefined
    if (index < leaf.start) high = mid - 1
    else if (index >= leaf.start + leaf.count) low = mid + 1
    else return leaf
  }
  return undefined
}

export function rowAt(book: PageBook, index: number): Feature | undefined {
  const leaf = leafAt(book, index)
  if (!leaf?.rows) return undefined
  return leaf.rows[index - leaf.start]
}

/** Puts away what was not looked at for longest, so that at most `most` rows are held. */
export function putAway(book: PageBook, most: number, keep: (leaf: Leaf) => boolean): void {
  let held = book.leaves.reduce((n, l) => n + (l.rows?.length ?? 0), 0)
  if (held <= most) return
  for (const leaf of [...book.leaves].sort((a, b) => a.used - b.used)) {
    if (held <= most) return
    if (!leaf.rows || keep(leaf)) continue
    held -= leaf.rows.length
    leaf.rows = null
  }
}

/** Small pages first, so that the first screen stands at once; larger ones when one scrolls far. */
export const pageSize = (known: number, wanted: number): number =>
  known === 0 ? 100 : wanted - known > 4000 ? 5000 : wanted - known > 800 ? 2000 : 500

export const withLimit = (href: string, limit: number): string => {
  const url = new URL(href, 'http://here')
  url.searchParams.set('limit', String(limit))
  return url.pathname + url.search
}
