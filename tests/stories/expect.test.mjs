// tests/stories/expect.test.mjs - the language of expectations, row by row
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, fill, judge, point } from './expect.mjs'

const holds = [
  ['a plain value', 5, 5],
  ['a map as a value', { a: 1 }, { a: 1 }],
  ['at least', 5, { least: 5 }],
  ['a band', 5, { above: 4, below: 6 }],
  ['length of a list', [1, 2], { length: 2 }],
  ['part of a text', '石桥村', { has: '石桥' }],
  ['an item of a list', ['a', 'b'], { has: 'b' }],
  ['one of', 204, { one_of: [200, 204] }],
  ['each item', [1, 2], { each: { least: 1 } }],
  ['nothing there', undefined, { exists: false }],
  ['a pattern', 'K12+300', { matches: '^K[0-9]+' }],
]
const fails = [
  ['another value', 5, 6],
  ['no length of nothing', undefined, { length: 0 }],
  ['no order between kinds', '5', { above: 4 }],
  ['null is not at least', null, { least: 0 }],
  ['each of an empty list', [], { each: { least: 1 } }],
  ['null does not exist', null, { exists: true }],
]

test('comparisons', () => {
  for (const [say, value, wanted] of holds) assert.equal(compare(value, wanted), null, say)
  for (const [say, value, wanted] of fails) assert.notEqual(compare(value, wanted), null, say)
})

test('pointers', () => {
  const v = { a: [{ b: 1 }, { b: 2 }], 'x/y': { '~': 3 } }
  assert.equal(point(v, '/a/1/b'), 2)
  assert.equal(point(v, '/a/-1/b'), 2)
  assert.deepEqual(point(v, '/a/*/b'), [1, 2])
  assert.equal(point(v, '/x~1y/~0'), 3)
  assert.equal(point(v, '/a/7/b'), undefined)
  assert.equal(point(v, ''), v)
})

test('saved values keep their kind, and are encoded in paths', () => {
  const saved = { n: 7, name: '石桥 村' }
  assert.deepEqual(fill({ a: ['{n}', 'x{n}'] }, saved), { a: [7, 'x7'] })
  assert.equal(fill('/search?q={name}', saved, true), `/search?q=${encodeURIComponent('石桥 村')}`)
  assert.equal(fill('{unknown}', saved), '{unknown}')
})

test('an answer is judged', () => {
  const answer = { status: 201, headers: new Headers({ etag: '"1"' }), text: '{"a":1}', json: { a: 1 }, ms: 3 }
  assert.deepEqual(judge(undefined, answer), [])
  assert.deepEqual(judge({ status: 201, headers: { etag: '"1"' }, '/a': 1, under_ms: 100 }, answer), [])
  assert.equal(judge({ status: 200, '/a': 2 }, answer).length, 2)
  assert.equal(judge({ a: 1 }, answer).length, 1) // a pointer begins with /
})
