// tests/county/own.test.mjs - a county of one's own, as README tells it: a sheet of divisions, a layer of boundaries, a map.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const sangzi = process.env.SANGZI ?? join(root, 'build/sangzi')
const packs = join(root, 'packs')
const cell = mkdtempSync(join(tmpdir(), 'sangzi-own-'))
const dir = join(cell, 'mycounty')
const West = 110.5
const South = 30.2

function run(program, ...args) {
  const r = spawnSync(program, args, { encoding: 'utf8', timeout: 60000, cwd: cell })
  return { status: r.status, said: r.stdout + r.stderr }
}

function ok(program, ...args) {
  const r = run(program, ...args)
  assert.equal(r.status, 0, `${program} ${args.join(' ')}\n${r.said}`)
  return r.said
}

// One county of three townships, side by side, of four villages each, one above the other; all of 0.1° by 0.1° a township.
const townships = ['东坪镇', '西河镇', '云台乡'].map((name, t) => ({ name, code: `990221${100 + t}000`, x: West + t * 0.1 }))
const villages = townships.flatMap((t) =>
  ['甲', '乙', '丙', '丁'].map((c, v) => ({
    name: `${t.name[0]}${c}村`,
    code: `${t.code.slice(0, 9)}${200 + v}`,
    x: t.x,
    y: South + v * 0.025,
  })),
)
const above = [
  ['990000000000', '样例省', 'province'],
  ['990200000000', '样例二市', 'city'],
  ['990221000000', '青杉县', 'county'],
]
const ring = (x, y, w, h) => [[[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]]]
const area = (code, x, y, w, h) => ({
  type: 'Feature',
  properties: { code },
  geometry: { type: 'Polygon', coordinates: ring(x, y, w, h) },
})

function divisionSheet(name, rows) {
  writeFileSync(join(cell, `${name}.csv`), ['统计用区划代码,名称,层级,经度,纬度', ...rows.map((r) => r.join(','))].join('\n'))
  ok('ogr2ogr', '-f', 'XLSX', join(cell, `${name}.xlsx`), join(cell, `${name}.csv`), '-oo', 'AUTODETECT_TYPE=NO')
}

before(() => {
  divisionSheet('divisions', [
    ...above,
    ...townships.map((t) => [t.code, t.name, 'township', t.x + 0.05, South + 0.05]),
    ...villages.map((v) => [v.code, v.name, 'village', v.x + 0.05, v.y + 0.01]),
  ])
  writeFileSync(
    join(cell, 'boundaries.geojson'),
    JSON.stringify({
      type: 'FeatureCollection',
      features: [
        area('990221000000', West, South, 0.3, 0.1),
        ...townships.map((t) => area(t.code, t.x, South, 0.1, 0.1)),
        ...villages.map((v) => area(v.code, v.x, v.y, 0.1, 0.025)),
      ],
    }),
  )
  ok('ogr2ogr', join(cell, 'boundaries.gpkg'), join(cell, 'boundaries.geojson'), '-a_srs', 'EPSG:4490')
})

after(() => rmSync(cell, { recursive: true, force: true }))

test('divisions.xlsx and boundaries.gpkg make a county', () => {
  ok(sangzi, 'init', dir, '--division', '990221000000', '--packs', packs)
  assert.match(ok(sangzi, 'import', dir, 'division', 'divisions.xlsx', '--dry-run'), /18 行，18 待新增.*需要改正 0/)
  ok(sangzi, 'import', dir, 'division', 'divisions.xlsx')
  assert.match(ok(sangzi, 'import', dir, 'division', 'boundaries.gpkg'), /16 行，0 新增，更新 16/)
})

test('degrees in a sheet of areas are the seat', () => {
  const said = JSON.parse(exported('division', "code = '990221100200'"))
  assert.deepEqual(said.features[0].properties.seat, { type: 'Point', coordinates: [110.55, 30.21] })
  assert.equal(said.features[0].geometry.type, 'Polygon')
})

function exported(collection, filter) {
  const file = join(cell, `${collection}.geojson`)
  rmSync(file, { force: true })
  ok(sangzi, 'export', dir, collection, file, '--filter', filter)
  return spawnSync('cat', [file], { encoding: 'utf8' }).stdout
}

test('a wrong row is named, and nothing is written', () => {
  divisionSheet('wrong', [['990221100204', '东戊村', 'hamlet', 110.55, 91]])
  const r = run(sangzi, 'import', dir, 'division', 'wrong.xlsx')
  assert.equal(r.status, 1)
  assert.match(r.said, /wrong\.xlsx:2:层级/)
  assert.equal(JSON.parse(exported('division', "code = '990221100204'")).features.length, 0)
})

test('it is served: its name, its place, its tree, its map', { timeout: 60000 }, async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = spawn(sangzi, ['serve', dir, '--port', String(port), '--packs', packs], { stdio: 'ignore' })
  try {
    await ready(url)
    const node = await (await fetch(`${url}/node`)).json()
    assert.equal(node.name, '青杉县')
    assert.equal(node.demo, false)
    assert.ok(Math.abs(node.bbox[0] - West) < 1e-5 && Math.abs(node.bbox[3] - South - 0.1) < 1e-5, String(node.bbox))
    const tree = await (await fetch(`${url}/divisions/990221000000`)).json()
    assert.deepEqual(tree.children.map((c) => c.name), townships.map((t) => t.name))
    const found = await (await fetch(`${url}/search?q=${encodeURIComponent('西丙村')}`)).json()
    assert.equal(found.results[0].title, '西丙村')
    const n = 2 ** 10
    const x = Math.floor(((West + 0.15 + 180) / 360) * n)
    const lat = ((South + 0.05) * Math.PI) / 180
    const y = Math.floor(((1 - Math.asinh(Math.tan(lat)) / Math.PI) / 2) * n)
    const tile = await fetch(`${url}/collections/division/tiles/WebMercatorQuad/10/${y}/${x}`)
    assert.equal(tile.status, 200)
    assert.ok((await tile.arrayBuffer()).byteLength > 200)
  } finally {
    const ended = new Promise((done) => server.once('exit', done))
    server.kill('SIGTERM')
    await ended
  }
})

const freePort = () =>
  new Promise((done) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => done(port))
    })
  })

async function ready(url) {
  for (let i = 0; i < 300; i++) {
    if (await fetch(`${url}/healthz`).then((r) => r.ok, () => false)) return
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error('the server does not answer')
}
