// The OpenAPI document is true: what every face answers is what its schema says, and the application's types are made from it.
// SANGZI_URL is the server's address; without it the tests are skipped.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'

const url = process.env.SANGZI_URL?.replace(/\/$/, '')
const root = join(import.meta.dirname, '../..')
const get = async (path) => (await fetch(url + path, { headers: { Accept: 'application/json' } })).json()

/** What a value breaks of a schema; only what our document uses of JSON Schema. */
function breaches(schemas, schema, value, at = '') {
  const typed = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean' }
  if (schema.nullable && value === null) return []
  if (schema.$ref) return breaches(schemas, schemas[schema.$ref.split('/').pop()], value, at)
  if (schema.allOf) return schema.allOf.flatMap((s) => breaches(schemas, s, value, at))
  if (schema.oneOf) return schema.oneOf.some((s) => !breaches(schemas, s, value, at).length) ? [] : [`${at}: none of its kinds: ${JSON.stringify(value)?.slice(0, 60)}`]
  if (schema.enum && !schema.enum.includes(value)) return [`${at}: ${JSON.stringify(value)} is none of ${schema.enum}`]
  if (schema.type === 'array') return Array.isArray(value) ? value.slice(0, 200).flatMap((v, i) => breaches(schemas, schema.items, v, `${at}/${i}`)) : [`${at}: no list`]
  if (schema.type === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at}: no object`]
    const own = schema.properties ?? {}
    return [
      ...(schema.required ?? []).filter((k) => !(k in value)).map((k) => `${at}/${k}: missing`),
      ...Object.entries(value).flatMap(([k, v]) => (own[k] ? breaches(schemas, own[k], v, `${at}/${k}`) : schema.additionalProperties ? breaches(schemas, schema.additionalProperties, v, `${at}/${k}`) : [])),
    ]
  }
  if (schema.type && typeof value !== typed[schema.type]) return [`${at}: ${JSON.stringify(value)} is no ${schema.type}`]
  return schema.type === 'integer' && !Number.isInteger(value) ? [`${at}: ${value} is no integer`] : []
}

/** Addresses to try, by path of the document: every register, every indicator … */
async function addresses() {
  const { collections } = await get('/collections')
  const { indicators } = await get('/indicators')
  const { processes } = await get('/processes')
  const { jobs } = await get('/jobs')
  const { imports } = await get('/imports')
  const firsts = await Promise.all(collections.map(async (c) => [c.id, (await get(`/collections/${c.id}/items?limit=1`)).features[0]?.id]))
  const layers = (await get('/styles/county')).metadata['sangzi:layers']
  // A pack that is still being made is asked for until it stands.
  for (const l of layers) for (let n = 0; n < 300 && (await fetch(`${url}/collections/${l.collection}/tiles/sums?layer=${l.id}`)).status === 503; n++) await new Promise((done) => setTimeout(done, 200))
  const full = firsts.filter(([, id]) => id)
  const each = (path) => collections.map((c) => path.replace('{c}', c.id))
  return {
    '/divisions/{code}': ['/divisions/990121000000', '/divisions/990121100000'],
    '/search': [`/search?q=${encodeURIComponent('石桥')}`],
    '/indicators/{id}': indicators.map((i) => `/indicators/${i.id}`),
    '/styles/{id}': ['/styles/county'],
    '/collections/{c}': each('/collections/{c}'),
    '/collections/{c}/schema': each('/collections/{c}/schema'),
    '/collections/{c}/queryables': each('/collections/{c}/queryables'),
    '/collections/{c}/sortables': each('/collections/{c}/sortables'),
    '/collections/{c}/items': each('/collections/{c}/items?limit=20&expand=labels'),
    '/collections/{c}/items/{id}': full.map(([c, id]) => `/collections/${c}/items/${id}?expand=labels`),
    '/collections/{c}/items/{id}/history': full.map(([c, id]) => `/collections/${c}/items/${id}/history`),
    '/collections/{c}/statistics': ['/collections/road_defect/statistics?group=kind', '/collections/road_defect/statistics?properties=size', '/collections/land_patch/statistics?group=land_class'],
    '/collections/{c}/tiles/sums': layers.map((l) => `/collections/${l.collection}/tiles/sums?layer=${l.id}`),
    '/processes/{id}': processes.map((p) => `/processes/${p.id}`),
    '/jobs/{id}': jobs.slice(0, 5).map((j) => `/jobs/${j.jobID}`),
    '/imports/{id}': imports.slice(0, 5).map((i) => `/imports/${i.id}`),
  }
}
const shapeOf = (operation) => operation?.responses?.['200']?.content && Object.values(operation.responses['200'].content)[0].schema.$ref

describe('the document of the faces', { skip: url ? false : 'SANGZI_URL is not set' }, () => {
  test('names a schema for each answer that the table names one for', async () => {
    const { paths, components } = await get('/api')
    const rows = [...readFileSync(join(root, 'src/face/openapi_shapes.c'), 'utf8').matchAll(/\{ FACE_(\w+),\s*"(\/[^"]*)",\s*"(\w+)" \}/g)]
    assert.ok(rows.length > 20)
    for (const [, method, path, shape] of rows)
      assert.equal(shapeOf(paths[path]?.[method.toLowerCase()]), `#/components/schemas/${shape}`, `${method} ${path}`)
    const text = JSON.stringify({ paths, components })
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) assert.ok(components.schemas[name], name)
  })
  test('says what is answered: every such GET, over every register', async () => {
    // A job and an import to read: an empty county has neither.
    await fetch(`${url}/processes/division-counts/execution`, { method: 'POST', headers: { 'Content-Type': 'application/json', Prefer: 'respond-async' }, body: '{"inputs":{}}' })
    const sheet = await fetch(`${url}/imports?name=a.csv&collection=road_work`, { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: '工程名称,工程类型\n甲,小修\n乙,没有这种\n' })
    assert.ok(sheet.ok, `an import: ${sheet.status}`)
    const { id } = await sheet.json()
    for (let n = 0; n < 100 && (await get(`/imports/${id}`)).status === 'reading'; n++) await new Promise((done) => setTimeout(done, 100))
    const { paths, components } = await get('/api')
    const known = await addresses()
    const said = []
    for (const [path, { get: operation }] of Object.entries(paths)) {
      const ref = shapeOf(operation)
      const tried = known[path] ?? (path.includes('{') ? [] : [path])
      if (!ref || /^\/collections\/[a-z_]+\/items$/.test(path)) continue // of one register: the same as {c}
      if (!tried.length) said.push(`${path}: nothing to try`)
      for (const address of tried) said.push(...breaches(components.schemas, { $ref: ref }, await get(address), address))
    }
    await fetch(`${url}/imports/${id}`, { method: 'DELETE' })
    assert.deepEqual([...new Set(said.map((s) => s.replace(/\/\d+(?=[/:])/g, '/#')))].slice(0, 60), [])
  })
  test('is what the application’s types are made from', async () => {
    await promisify(execFile)('node', ['scripts/types.mjs', '--check'], { cwd: join(root, 'ui'), env: { ...process.env, SANGZI_URL: url } })
  })
})

test('a value that breaks its schema is seen', () => {
  const schemas = { A: { type: 'object', required: ['n'], properties: { n: { type: 'integer' }, w: { type: 'string', enum: ['x'], nullable: true }, a: { nullable: true, allOf: [{ $ref: '#/components/schemas/A' }] } } } }
  const count = (value) => breaches(schemas, { $ref: '#/components/schemas/A' }, value).length
  assert.deepEqual([{ n: 1 }, { n: 1, w: null, a: null }, { n: 1, a: { n: 2 } }].map(count), [0, 0, 0])
  assert.deepEqual([{}, { n: 1.5 }, { n: '1' }, { n: 1, w: 'y' }, { n: 1, a: {} }, [], null].map(count), [1, 1, 1, 1, 1, 1, 1])
})
