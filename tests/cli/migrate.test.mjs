// tests/cli/migrate.test.mjs - packs change under a served county: at the next start, and while it is developed
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { drop, feature, ok, pack, sangzi, send, serve, temp } from './cli.mjs'

const dir = temp()
const county = join(dir, 'county')
const shop = (properties) => `shop:
  title: { zh: 店铺, en: Shop }
  owner: 市场局
  label: name
  properties:
    name: { title: { zh: 店名, en: Shop name }, type: text, required: true, grade: 1 }
${properties}`
const give = (properties) => pack(dir, { shop: shop(properties) })
const one = `    area: { title: { zh: 面积, en: Area }, type: number, grade: 1 }
    keeper: { title: { zh: 店主, en: Keeper }, type: text, grade: 2 }
`
after(() => drop(dir))

test('a start follows the packs, GDAL sees the new columns', async () => {
  const packs = give(one)
  ok(['init', county], { packs })
  let s = await serve(county, { packs })
  const id = (await send(s.url, 'POST', '/collections/shop/items', 201, feature({ name: '石桥店', area: 12.5, keeper: '王芳' }))).json.id
  await s.stop()

  give(one.replace('area: {', 'size: { was: area,').replace('keeper: {', 'keeper: { retired: true,'))
  s = await serve(county, { packs })
  const f = (await send(s.url, 'GET', `/collections/shop/items/${id}`, 200)).json
  assert.equal(f.properties.size, 12.5)
  assert.ok(!('keeper' in f.properties) && !('area' in f.properties))
  const schema = (await send(s.url, 'GET', '/collections/shop/schema', 200)).json
  assert.ok(schema.properties.size && !schema.properties.keeper)
  await send(s.url, 'GET', '/collections/shop/items?keeper=王芳', 400)
  await s.stop()
  const seen = spawnSync('ogrinfo', ['-ro', '-al', join(county, 'county.gpkg'), 'shop'], { encoding: 'utf8' })
  assert.match(seen.stdout, /size \(Real\) = 12\.5/)
  assert.match(ok(['verify', county], { packs }), / 0 faults/)

  give(one.replace('area: {', 'size: { was: area,').replace('type: number', 'type: integer'))
  const r = sangzi(['verify', county], { packs })
  assert.equal(r.status, 1)
  assert.match(r.stderr, /ledger\/packs-differ/)
  const refused = sangzi(['run', county, 'verify'], { packs })
  assert.equal(refused.status, 1)
  assert.match(refused.stderr, /12\.5.*ledger\/migration/)
})

test('while it is developed, packs that would lose a value are refused: the old ones are served until they are mended', async () => {
  const packs = give(one.replace('area: {', 'size: { was: area,'))
  const s = await serve(county, { packs, args: ['--dev'] })
  const until = async (good) => {
    for (let i = 0; i < 100; i++) {
      if (await good().catch(() => false)) return
      await new Promise((done) => setTimeout(done, 100))
    }
    throw new Error('it did not come')
  }
  await new Promise((done) => setTimeout(done, 1100)) // files are told apart by whole seconds
  give(one.replace('area: {', 'size: { was: area,').replace('type: number', 'type: integer'))
  await until(async () => /ledger\/migration/.test(s.stderr()))
  const shop = await (await fetch(`${s.url}/collections/shop/schema`)).json()
  assert.equal(shop.properties.size.type, 'number')
  await new Promise((done) => setTimeout(done, 1100))
  give(one.replace('area: {', 'size: { was: area,') + '    floor: { title: { zh: 楼层, en: Floor }, type: integer, grade: 1 }\n')
  await until(async () => 'floor' in (await (await fetch(`${s.url}/collections/shop/schema`)).json()).properties)
  await s.stop()
})
