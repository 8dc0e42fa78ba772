// tests/cli/extend.test.mjs - a cold store extends a facility: one form over HTTP, one sheet in, one list out
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { drop, feature, ok, pack, send, serve, temp } from './cli.mjs'

const dir = temp()
const county = join(dir, 'county')
const packs = pack(dir, {
  facility: `facility:
  title: { zh: 设施, en: Facility }
  geometry: Point
  owner: 农业农村局
  label: name
  unique: [code]
  properties:
    code: { title: { zh: 设施编号, en: Facility number }, type: text, required: true, grade: 1 }
    name: { title: { zh: 设施名称, en: Facility name }, type: text, required: true, grade: 1, search: true }
    capacity: { title: { zh: 容量, en: Capacity }, type: number, unit: t, minimum: 0, grade: 1 }
`,
  cold_store: `cold_store:
  title: { zh: 冷库, en: Cold store }
  extends: facility
  geometry: Point
  owner: 农业农村局
  label: name
  properties:
    temp_min: { title: { zh: 最低库温, en: Lowest temperature }, type: number, unit: °C, required: true, grade: 1 }
`,
})
let s

before(async () => {
  ok(['init', county], { packs })
  s = await serve(county, { packs })
})
after(async () => {
  await s.stop()
  drop(dir)
})

const place = { type: 'Point', coordinates: [111.3, 31.4] }

test('one form makes, changes and retires both', async () => {
  const schema = (await send(s.url, 'GET', '/collections/cold_store/schema', 200)).json
  assert.ok(schema.properties.name && schema.properties.temp_min)
  assert.ok(schema.required.includes('name'), 'what is required above is required in the form')
  let r = await send(s.url, 'POST', '/collections/cold_store/items', 422, feature({ temp_min: -18 }, place))
  assert.deepEqual(r.json.errors.map((e) => e.property).sort(), ['code', 'name'])
  r = await send(s.url, 'POST', '/collections/cold_store/items', 201, feature({ code: 'K1', name: '石桥冷库', capacity: 300, temp_min: -18 }, place))
  const id = r.json.id
  assert.equal(r.json.properties.name, '石桥冷库')
  let etag = r.headers.get('etag')
  const up = await send(s.url, 'GET', `/collections/facility/items/${id}`, 200)
  assert.equal(up.json.properties.capacity, 300)
  assert.deepEqual(up.json.geometry.coordinates, place.coordinates)
  r = await send(s.url, 'PATCH', `/collections/cold_store/items/${id}`, 200, { properties: { capacity: 350, temp_min: -20 } }, { 'if-match': etag })
  assert.equal((await send(s.url, 'GET', `/collections/facility/items/${id}`, 200)).json.properties.capacity, 350)
  assert.equal((await send(s.url, 'GET', '/collections/cold_store/items?filter=capacity>300 AND temp_min<-19', 200)).json.numberReturned, 1)
  assert.equal((await send(s.url, 'GET', '/collections/cold_store/items?name=石桥冷库', 200)).json.numberReturned, 1)
  assert.equal((await send(s.url, 'GET', '/collections/cold_store/items?name=别的', 200)).json.numberReturned, 0)
  await send(s.url, 'DELETE', `/collections/cold_store/items/${id}`, 204, undefined, { 'if-match': '*' })
  await send(s.url, 'GET', `/collections/facility/items/${id}`, 410)
})

test('one sheet in, by a key that stands above; one list out', async () => {
  const sheet = join(dir, 'stores.csv')
  writeFileSync(sheet, '设施编号,设施名称,容量（t）,最低库温（°C）,经度,纬度\nK7,柳溪冷库,120,-18,111.31,31.41\nK8,荷渡冷库,80,-5,111.32,31.42\n')
  assert.match(ok(['import', county, 'cold_store', sheet], { packs }), /2 rows, 2 created/)
  assert.equal((await send(s.url, 'GET', '/collections/facility/items?code=K8', 200)).json.features[0].properties.capacity, 80)
  writeFileSync(sheet, readFileSync(sheet, 'utf8').replace('K8,荷渡冷库,80', 'K8,荷渡冷库,95'))
  assert.match(ok(['import', county, 'cold_store', sheet, '--key', 'code'], { packs }), /0 created, 1 updated, 1 unchanged/)
  const csv = (await send(s.url, 'GET', '/collections/cold_store/items?f=csv', 200)).text
  assert.match(csv, /荷渡冷库/)
  assert.match(csv, /95/)
})

test('the journal holds', async () => {
  await s.stop()
  assert.match(ok(['verify', county], { packs }), / 0 faults/)
  s = await serve(county, { packs })
})
