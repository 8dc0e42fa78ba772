// tests/gdal/oapif.test.mjs - foreign programs read the county: GDAL through OGC API Features and the GeoPackage itself.
// And they only read: the file refuses whoever is not Sangzi.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const sangzi = process.env.SANGZI ?? join(root, 'build/sangzi')
const packs = join(root, 'packs')
const dir = mkdtempSync(join(tmpdir(), 'sangzi-gdal-'))
const file = join(dir, 'county.gpkg')
let server, url, collections

const run = (program, args) => spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 120000 })

function ok(program, args) {
  const r = run(program, args)
  assert.equal(r.status, 0, `${program} ${args.join(' ')}\n${r.stderr.slice(-2000)}`)
  return r.stdout
}

const freePort = () =>
  new Promise((done) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => done(port))
    })
  })

async function ready() {
  for (let i = 0; i < 300; i++) {
    if (await fetch(`${url}/healthz`).then((r) => r.ok, () => false)) return
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error('the server does not answer')
}

before(async () => {
  ok(sangzi, ['demo', dir, '--persons', '300', '--seed', '1', '--packs', packs])
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  server = spawn(sangzi, ['serve', dir, '--port', String(port), '--packs', packs], { stdio: 'ignore' })
  await ready()
  collections = (await (await fetch(`${url}/collections?f=json`)).json()).collections
})

after(async () => {
  if (server) {
    const ended = new Promise((done) => server.once('exit', done))
    server.kill('SIGTERM')
    await ended
  }
  rmSync(dir, { recursive: true, force: true })
})

const matched = async (id, query = '') =>
  (await (await fetch(`${url}/collections/${id}/items?f=json&limit=1${query}`)).json()).numberMatched

const count = (out) => Number(/Feature Count: (\d+)/.exec(out)?.[1] ?? NaN)

test('GDAL reads every collection through OGC API Features', { timeout: 600000 }, async (t) => {
  assert.ok(collections.length > 10)
  for (const c of collections)
    await t.test(c.id, async () => {
      const out = ok('ogrinfo', [`OAPIF:${url}`, c.id, '-so', '--config', 'OGR_OAPIF_ALLOW_SORTBY', 'NO'])
      assert.equal(count(out), await matched(c.id), out.slice(0, 600))
    })
})

test('GDAL filters by property and by place', { timeout: 120000 }, async () => {
  const all = await matched('road_section')
  const spatial = ok('ogrinfo', [`OAPIF:${url}`, 'road_section', '-so'])
  const [x1, y1, x2, y2] = /Extent: \(([-\d.]+), ([-\d.]+)\) - \(([-\d.]+), ([-\d.]+)\)/.exec(spatial).slice(1).map(Number)
  const box = [x1, y1, (x1 + x2) / 2, (y1 + y2) / 2]
  const some = count(ok('ogrinfo', [`OAPIF:${url}`, 'road_section', '-al', '-so', '-spat', ...box.map(String)]))
  assert.ok(some > 0 && some < all, `${some} of ${all}`)
  const division = (await (await fetch(`${url}/collections/division/items?f=json&limit=1000`)).json()).features
  const level = division.filter((f) => f.properties.level === 'village').length
  const villages = count(ok('ogrinfo', [`OAPIF:${url}`, 'division', '-so', '-where', "level = 'village'"]))
  assert.equal(villages, level)
})

test("GDAL's own GeoPackage check passes: the live file, a snapshot, a list that was exported", { timeout: 120000 }, () => {
  const snapshot = join(dir, 'snapshot.gpkg')
  const roads = join(dir, 'roads.gpkg')
  ok(sangzi, ['export', dir, '--snapshot', snapshot])
  ok(sangzi, ['export', dir, 'road', roads])
  for (const f of [file, snapshot, roads]) ok('/usr/bin/python3', ['-m', 'osgeo_utils.samples.validate_gpkg', '-q', f])
})

test('the GeoPackage shows its collections and nothing else', () => {
  const out = ok('ogrinfo', ['-ro', file])
  const layers = [...out.matchAll(/^\d+: (\S+)/gm)].map((m) => m[1])
  assert.ok(layers.length > 10)
  const stray = layers.filter((l) => /^(_|rtree_|sqlite_|gpkg_)/.test(l))
  assert.deepEqual(stray, [])
  for (const c of collections) assert.ok(layers.includes(c.id), `${c.id} is not a layer`)
})

test('layers have types, reference system and a spatial index', () => {
  const out = ok('ogrinfo', ['-ro', '-so', file, 'road_section'])
  assert.match(out, /Geometry: (3D )?(Multi )?Line String/)
  assert.match(out, /China Geodetic Coordinate System 2000|4490/)
  const sql = (q) => ok('sqlite3', ['-readonly', file, q]).trim()
  const spatial = Number(sql('SELECT count(*) FROM gpkg_geometry_columns'))
  assert.equal(Number(sql("SELECT count(*) FROM gpkg_extensions WHERE extension_name='gpkg_rtree_index'")), spatial)
  assert.equal(Number(sql("SELECT count(*) FROM sqlite_master WHERE name GLOB 'rtree_*_geometry'")), spatial)
  assert.equal(sql('PRAGMA integrity_check'), 'ok')
  const rows = sql('SELECT count(*) FROM road_section WHERE geometry IS NOT NULL')
  assert.equal(sql('SELECT count(*) FROM rtree_road_section_geometry'), rows)
})

const edits = [
  ['a value is changed', "UPDATE road SET name='x'"],
  ['a record is added', "INSERT INTO road(id,division) VALUES('01ARZ3NDEKTSV4RRFFQ69G5FAV','990121000000')"],
  ['a record is taken out', 'DELETE FROM road'],
  ['the journal is changed', "UPDATE _journal SET verb='x'"],
  ['the journal is shortened', 'DELETE FROM _journal'],
  ['a transaction is changed', "UPDATE _tx SET who='x'"],
  ['a transaction is added', 'INSERT INTO _tx SELECT chain,seq+1000,at,who,post,via,source,reason,effective,hash FROM _tx LIMIT 1'],
]

for (const [say, sql] of edits)
  test(`sqlite3 is refused: ${say}`, () => {
    const rows = () => ok('sqlite3', ['-readonly', file, 'SELECT * FROM road ORDER BY fid; SELECT count(*) FROM _journal; SELECT * FROM _tx'])
    const was = rows()
    const r = run('sqlite3', [file, sql])
    assert.notEqual(r.status, 0)
    assert.equal(rows(), was)
  })

test('settings, links and the registration of layers refuse foreign hands, and ogrinfo reads on', () => {
  const tables = ['_meta', '_link', '_text', '_key', 'gpkg_contents', 'gpkg_geometry_columns', 'gpkg_extensions', 'gpkg_data_columns',
    'gpkg_data_column_constraints', 'gpkg_spatial_ref_sys']
  for (const t of tables) {
    const n = ok('sqlite3', ['-readonly', file, `SELECT count(*) FROM ${t}`])
    if (Number(n) === 0) continue // nothing to touch: no row, no trigger
    const r = run('sqlite3', [file, `DELETE FROM ${t}`])
    assert.notEqual(r.status, 0, `${t} could be emptied`)
    assert.equal(ok('sqlite3', ['-readonly', file, `SELECT count(*) FROM ${t}`]), n)
  }
  for (const sql of ["INSERT INTO _meta VALUES('x','y')", "UPDATE _meta SET value='990000000000' WHERE key='division'",
    "UPDATE _journal SET body=x'00'", "UPDATE gpkg_contents SET identifier='x'"])
    assert.notEqual(run('sqlite3', [file, sql]).status, 0, sql)
  assert.match(ok('ogrinfo', ['-ro', '-so', file, 'road']), /Feature Count: [1-9]/)
})

test('ogr2ogr -update and ogrinfo -sql are refused', () => {
  const rows = () => ok('sqlite3', ['-readonly', file, 'SELECT count(*), max(name) FROM road'])
  const was = rows()
  const extra = join(dir, 'extra.geojson')
  ok('ogr2ogr', ['-f', 'GeoJSON', '-limit', '1', extra, file, 'road'])
  run('ogr2ogr', ['-update', '-append', '-nln', 'road', file, extra])
  assert.equal(rows(), was)
  run('ogrinfo', [file, '-sql', "UPDATE road SET name='x'"])
  assert.equal(rows(), was)
})

test('after all that the ledger proves itself', async () => {
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
  assert.match(ok(sangzi, ['verify', dir, '--packs', packs]), /0 处不符|0 faults?/)
})
