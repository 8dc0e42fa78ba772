import { describe, expect, it } from 'vitest'
import type { Feature } from '@/api/types'
import { fieldOf } from '@/record/fields'
import { changed, clashes, settled } from './conflict'
import { readCoords, shapeOf } from './coords'

const fields = ['a', 'b', 'c', 'd'].map((n) => fieldOf(n, { title: n, type: 'string' }))

describe('two versions of one record', () => {
  const base = { a: '1', b: '1', c: '1', d: '1' }
  const mine = { a: '2', b: '1', c: '2', d: '1' }
  const theirs = { a: '1', b: '2', c: '3', d: '1' }
  it('ask only for what differs, and guess from who changed it', () => {
    const list = clashes(fields, base, mine, theirs)
    expect(list.map((c) => [c.name, c.pick, c.both])).toEqual([['a', 'mine', false], ['b', 'theirs', false], ['c', 'mine', true]])
    const f: Feature = { type: 'Feature', id: 'x', geometry: null, properties: theirs }
    expect(settled(f, list)).toEqual({ a: '2', b: '2', c: '2', d: '1' })
  })
  it('send only what changed', () => {
    expect(changed(fields, { a: '1', b: '' }, { a: '1', b: 'x' })).toEqual({ b: 'x' })
    expect(changed(fields, { a: 'x' }, {})).toEqual({ a: null })
  })
})

describe('pasted coordinates', () => {
  it.each([
    ['111.5012, 31.5034', [[111.5012, 31.5034]]],
    ['111.5 31.5\n111.6，31.6', [[111.5, 31.5], [111.6, 31.6]]],
    ['31.5, 111.5', [[111.5, 31.5]]],
    ['111°30′00″E 31°30′00″N', [[111.5, 31.5]]],
  ])('%s', (text, points) => {
    expect(readCoords(text)).toEqual({ points })
  })
  it('names the line it cannot read', () => {
    expect(readCoords('111.5, 31.5\n石桥村')).toEqual({ bad: 2 })
  })
  it('makes shapes of them, polygons closed', () => {
    expect(shapeOf([[1, 1]], 'linestring')).toBeNull()
    expect(shapeOf([[1, 1], [2, 1], [2, 2]], 'polygon')).toEqual({ type: 'Polygon', coordinates: [[[1, 1], [2, 1], [2, 2], [1, 1]]] })
  })
})
