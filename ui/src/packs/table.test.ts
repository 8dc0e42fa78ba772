import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { collections } from '@/state/county'
import { dayScreens, installPacks, packTitle, recordScreen, recordView, waysOf, type PackScreens } from '@/state/packs'
import { packs } from './table'

afterEach(() => {
  installPacks([])
  collections.value = []
})
const screen = () => Promise.resolve({ template: '<p/>' })
const has = (...names: string[]): void => {
  collections.value = names.map((pack) => ({ id: pack, title: pack, 'x-sangzi': { pack } }))
}

it('names packs and collections that are there, and no collection twice', () => {
  const told = packs.flatMap((p) => Object.keys(p.records ?? {}).map((c) => join(process.cwd(), '../packs', p.pack, 'collections', `${c}.yaml`)))
  expect(told.filter((path) => !existsSync(path))).toEqual([])
  const names = packs.flatMap((p) => Object.keys(p.records ?? {}))
  expect(new Set(names).size).toBe(names.length)
})
it('shows only the packs that the county has, each in every slot it fills', () => {
  const row = (pack: string): PackScreens => ({
    pack, day: screen, ways: [{ doors: ['cadre'], to: `/new/${pack}`, icon: 'edit', text: () => pack }], records: { [`${pack}-thing`]: { view: screen, whole: true } },
  })
  installPacks([row('a'), row('b')])
  has('b')
  expect(dayScreens.value.map((s) => s.pack)).toEqual(['b'])
  expect(waysOf('cadre').map((w) => w.to)).toEqual(['/new/b'])
  expect(waysOf('villager')).toEqual([])
  expect(recordScreen('a-thing')?.whole).toBe(true)
  expect(recordScreen('c-thing')).toBeUndefined()
})
it('keeps one component a screen, however often the page is drawn', () => {
  installPacks([{ pack: 'a', records: { thing: { view: screen } } }])
  expect(recordView('thing')).toBe(recordView('thing'))
})
it('asks the packs for a title in order, and leaves it to the label where none has one', () => {
  installPacks([{ pack: 'a', title: (f, c) => (c === 'x' ? `A ${f.id}` : undefined) }, { pack: 'b', title: (_, c) => (c === 'y' ? 'B' : undefined) }])
  const f = { type: 'Feature' as const, id: '1', geometry: null, properties: {} }
  expect(['x', 'y', 'z'].map((c) => packTitle(f, c))).toEqual(['A 1', 'B', undefined])
})
