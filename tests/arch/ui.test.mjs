// The application keeps its shape: folders stand on floors, nothing runs in a circle, and what only one pack knows stays in
// that pack's folder. Every breach is named. The last tests break each rule on purpose, so that a rule cannot fall asleep.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../..')
const src = join(root, 'ui/src')

// Ground first: a folder imports what stands before it in this line, never what stands behind. The same line is in ui/README.md.
const floors = 'theme texts api parts state basemap record offline form indicators import register views print map packs jobs tasks wall day frame tour palette pages'

const walk = (folder) => readdirSync(folder, { withFileTypes: true, recursive: true }).filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name))
const readSource = () =>
  new Map(walk(src).filter((f) => /\.(ts|vue|css)$/.test(f)).map((f) => [relative(src, f), readFileSync(f, 'utf8')]))
const folderOf = (file) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '')

/** Every import: static, of types only, dynamic, a style by `src`. */
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\bsrc=|@import\s+)(['"])([^'"]+)\1/g
function importsOf(files) {
  const found = []
  for (const [file, text] of files)
    for (const [, , spec] of text.matchAll(IMPORT)) {
      const bare = spec.replace(/\?.*/, '')
      const path = bare.startsWith('@/') ? bare.slice(2) : bare.startsWith('.') ? normalize(join(dirname(file), bare)) : undefined
      const to = path && ['', '.ts', '.vue', '/index.ts'].map((end) => path + end).find((p) => files.has(p))
      if (to) found.push({ from: file, to })
    }
  return found
}

function upward(files) {
  const rank = new Map(floors.split(' ').map((name, i) => [name, i]))
  const said = [...new Set([...files.keys()].map(folderOf))].filter((f) => f && !rank.has(f)).map((f) => `ui/src/${f}: a folder without a floor`)
  for (const { from, to } of importsOf(files)) {
    const [a, b] = [folderOf(from), folderOf(to)]
    if (a !== b && a && !(rank.get(b) < rank.get(a))) said.push(`${from} imports ${to}, which stands above it`)
  }
  return said
}

/** Circles of files: what is left when files that import nothing left over are taken away again and again, and what nothing left over imports. */
function circles(files) {
  let edges = importsOf(files).filter((e) => e.from !== e.to)
  for (;;) {
    const from = new Set(edges.map((e) => e.from))
    const to = new Set(edges.map((e) => e.to))
    const left = edges.filter((e) => from.has(e.to) && to.has(e.from))
    if (left.length === edges.length) break
    edges = left
  }
  return edges.map((e) => `${e.from} → ${e.to} is part of a circle`)
}

const packNames = () =>
  readdirSync(join(root, 'packs')).flatMap((pack) => {
    try {
      return readdirSync(join(root, 'packs', pack, 'collections')).map((f) => f.replace(/\.yaml$/, ''))
    } catch {
      return []
    }
  })

/** A collection's name where it means the collection: quoted or in an address; one of several words anywhere. Comments,
 *  imports and icons aside. The tree of divisions is the program's own: every page is scoped by it. */
function strangers(files, names) {
  const said = []
  for (const [file, text] of files) {
    if (['packs', 'texts'].includes(folderOf(file)) || /\.test\.ts$|\.css$/.test(file)) continue
    const code = text.replace(/<style[\s\S]*?<\/style>|<Icon[^>]*>|^import .*$/gm, '').replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|(?<!:)\/\/.*/g, '')
    for (const name of names.filter((n) => n !== 'division'))
      if (new RegExp(name.includes('_') ? `\\b${name}\\b` : `(?<!=)['"\`/]${name}['"\`/?]`).test(code)) said.push(`${file} knows ${name}`)
  }
  return said
}

/** A pack's folder is reached through its row alone, knows no other pack, and loads its screens when they are shown. */
function packDoors(files) {
  const said = []
  for (const { from, to } of importsOf(files)) {
    const [, pack] = /^packs\/([^/]+)\//.exec(to) ?? []
    if (pack && !from.startsWith(`packs/${pack}/`) && !(from === 'packs/table.ts' && to === `packs/${pack}/index.ts`)) said.push(`${from} reaches into the pack ${pack}`)
    if (to === 'packs/table.ts' && !['main.ts', 'packs/table.test.ts'].includes(from)) said.push(`${from} reads the table of packs: ask state/packs`)
  }
  for (const [file, text] of files)
    if (/^packs\/[^/]+\/index\.ts$/.test(file) && /^import .*\.vue'/m.test(text)) said.push(`${file} loads a screen before it is shown`)
  return said
}

const files = readSource()
test('a folder imports only what stands below it', () => assert.deepEqual(upward(files), []))
test('no files import each other in a circle', () => assert.deepEqual(circles(files), []))
test('no collection of a pack is known outside ui/src/packs and the texts', () => {
  const names = packNames()
  assert.ok(names.length > 20 && names.includes('road_work'), 'the packs were read')
  assert.deepEqual(strangers(files, names), [])
})
test('a pack is one folder and one row', () => assert.deepEqual(packDoors(files), []))
test('the README names the same floors', () => {
  const told = readFileSync(join(root, 'ui/README.md'), 'utf8').replace(/\s+/g, ' ')
  assert.ok(told.includes(floors.replaceAll(' ', ' < ')), 'ui/README.md')
})

const small = (...list) => new Map(list)
test('an import upward is seen, be it static, dynamic, of types or of a style', () => {
  const above = ['map/x.ts', '']
  for (const line of ["import { x } from '@/map/x'", "import type { X } from '../map/x'", "const x = () => import('@/map/x')", "export * from '@/map/x'"])
    assert.equal(upward(small(['record/a.ts', line], above)).length, 1, line)
  assert.equal(upward(small(['record/a.vue', '<style scoped src="@/map/x.css"></style>'], ['map/x.css', ''])).length, 1)
  assert.equal(upward(small(['map/x.ts', "import '@/record/a'"], ['record/a.ts', ''])).length, 0)
  assert.equal(upward(small(['elsewhere/a.ts', ''])).length, 1)
})
test('a circle of files is seen, and only what is in it', () => {
  const three = small(['map/a.ts', "import './b'"], ['map/b.ts', "import type { C } from './c'"], ['map/c.ts', "import('./a')"], ['map/d.ts', "import './a'"])
  assert.equal(circles(three).length, 3)
  assert.equal(circles(small(['map/a.ts', "import './b'"], ['map/b.ts', ''])).length, 0)
})
test('a pack’s collection in a page is seen', () => {
  for (const line of ["getItems('road_defect')", '`/new/road_defect`', "['road', 'x'].includes(c)", '`/records/road/${id}`', '{ road_defect: 1 }'])
    assert.equal(strangers(small(['map/a.ts', line]), ['road_defect', 'road']).length, 1, line)
  const fine = "// a 'road'\nt('map.road')\nconst x = '--road-a'\nimport a from './road'"
  assert.equal(strangers(small(['map/a.ts', fine], ['packs/p/a.ts', "'road'"], ['map/b.vue', '<Icon name="road" />']), ['road']).length, 0)
})
test('a way round a pack’s row is seen', () => {
  const pack = [['packs/p/index.ts', ''], ['packs/p/A.vue', ''], ['packs/q/b.ts', ''], ['packs/table.ts', "import './p'"]]
  assert.equal(packDoors(small(...pack)).length, 0)
  for (const from of ['pages/a.ts', 'packs/q/b.ts', 'packs/table.ts']) assert.equal(packDoors(small(...pack, [from, "import '@/packs/p/A.vue'"])).length, 1, from)
  assert.equal(packDoors(small(...pack, ['packs/p/index.ts', "import A from './A.vue'"])).length, 1)
  assert.equal(packDoors(small(...pack, ['day/a.ts', "import '@/packs/table'"])).length, 1)
})
