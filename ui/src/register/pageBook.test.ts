import { describe, expect, it } from 'vitest'
import type { Feature } from '@/api/types'
import { addPage, emptyBook, leafAt, pageSize, putAway, rowAt, withLimit } from './pageBook'

const rows = (from: number, n: number): Feature[] =>
  Array.from({ length: n }, (_, i) => ({ type: 'Feature', id: String(from + i), geometry: null, properties: {} }))

describe('the pages of a list', () => {
  it('finds a row over unequal pages, and knows the end', () => {
    const book = emptyBook('/a')
    addPage(book, '/a', rows(0, 100), '/b')
    addPage(book, '/b', rows(100, 2000), '/c')
    addPage(book, '/c', rows(2100, 7), undefined)
    expect(rowAt(book, 0)?.id).toBe('0')
    expect(rowAt(book, 2099)?.id).toBe('2099')
    expect(rowAt(book, 2106)?.id).toBe('2106')
    expect(rowAt(book, 2107)).toBeUndefined()
    expect(book.ended).toBe(true)
    expect(book.known).toBe(2107)
  })
  it('puts the oldest away, keeps what is on screen and where it stood', () => {
    const book = emptyBook('/a')
    for (let i = 0; i < 5; i++) addPage(book, `/${i}`, rows(i * 10, 10), `/${i + 1}`)
    book.leaves.forEach((l, i) => (l.used = i))
    putAway(book, 30, (l) => l.start === 0)
    expect(book.leaves.map((l) => Boolean(l.rows))).toEqual([true, false, false, true, true])
    expect(leafAt(book, 15)?.href).toBe('/1')
    expect(rowAt(book, 15)).toBeUndefined()
  })
  it('takes larger pages for longer ways', () => {
    expect([pageSize(0, 50), pageSize(100, 200), pageSize(100, 2000), pageSize(100, 150000)]).toEqual([100, 500, 2000, 5000])
    expect(withLimit('http://x/collections/a/items?limit=10&token=z', 500)).toBe('/collections/a/items?limit=500&token=z')
  })
})
