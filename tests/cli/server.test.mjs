// tests/cli/server.test.mjs - a writing command beside a running server: its work goes over sangzi.sock
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { drop, ok, pack, program, sangzi, send, serve, temp } from './cli.mjs'

const dir = temp()
// deeper than the 107 bytes a socket's path may have
const county = join(dir, 'a-folder-with-a-long-name-'.repeat(6), 'county')
const packs = pack(dir, {
  shop: `shop:
  title: { zh: 店铺, en: Shop }
  owner: 市场局
  label: name
  unique: [name]
  properties:
    name: { title: { zh: 店名, en: Shop name }, type: text, required: true, grade: 1 }
    area: { title: { zh: 面积, en: Area }, type: number, minimum: 0, grade: 1 }
`,
  division: `division:
  title: { zh: 区划, en: Division }
  owner: 民政局
  label: name
  by_code: true
  unique: [code]
  properties:
    code: { title: { zh: 代码, en: Code }, type: text, required: true, grade: 1 }
    name: { title: { zh: 名称, en: Name }, type: text, required: true, grade: 1 }
    level: { title: { zh: 层级, en: Level }, type: text, grade: 1 }
    parent: { title: { zh: 上级, en: Parent }, ref: division, derived: { by: division-tree }, grade: 1 }
    full_name: { title: { zh: 全称, en: Full name }, type: text, derived: { by: division-tree }, grade: 1 }
`,
})
const sheet = join(dir, 'shops.csv')
const bad = join(dir, 'bad.csv')
let s

before(async () => {
  mkdirSync(join(county, '..'), { recursive: true })
  ok(['init', county], { packs })
  writeFileSync(sheet, '店名,面积\n石桥店,12\n柳溪店,30\n')
  writeFileSync(bad, '店名,面积\n新店,-1\n')
  s = await serve(county, { packs })
})
after(async () => {
  await s.stop()
  drop(dir)
})

const count = async () => (await send(s.url, 'GET', '/collections/shop?f=json', 200)).json['x-sangzi'].count

test('the socket is for its owner alone', () => {
  const st = statSync(join(county, 'sangzi.sock'))
  assert.ok(st.isSocket())
  assert.equal(st.mode & 0o777, 0o600)
})

test('import goes through the server, dry first', async () => {
  assert.match(ok(['import', county, 'shop', sheet, '--dry-run'], { packs }), /2 rows, 2 to create/)
  assert.equal(await count(), 0)
  assert.match(ok(['import', county, 'shop', sheet], { packs }), /2 rows, 2 created/)
  assert.equal(await count(), 2)
  assert.match(ok(['import', county, 'shop', sheet, '--key', 'name'], { packs }), /2 unchanged/)
})

test('what is wrong is said with its row, and nothing is written', async () => {
  const r = sangzi(['import', county, 'shop', bad], { packs })
  assert.equal(r.status, 1)
  assert.match(r.stderr, /bad\.csv:2:面积: .*-1/)
  assert.equal(await count(), 2)
})

test('an unknown collection is the server’s own sentence', () => {
  const r = sangzi(['import', county, 'shpo', sheet], { packs, lang: 'zh_CN.UTF-8' })
  assert.equal(r.status, 1)
  assert.match(r.stderr, /shpo.*\[pack\/no-collection\]/)
})

test('a process runs over there, its failure is said', () => {
  assert.match(ok(['run', county, 'verify'], { packs }), /"faults":0/)
  const r = sangzi(['run', county, 'verifi'], { packs })
  assert.equal(r.status, 1)
  assert.match(r.stderr, /process\/no-process/)
})

test('the nation is imported by the server', async () => {
  const file = join(dir, 'nation.csv')
  writeFileSync(file, 'code,name,level,parent\n990000000000,某省,province,\n990100000000,某市,city,990000000000\n')
  assert.match(ok(['nation', county, file], { packs }), /2 rows, 2 created/)
  const r = sangzi(['nation', county, file], { packs })
  assert.equal(r.status, 1)
  assert.match(r.stderr, /ledger\/exists/)
})

test('a server that dies midway is told from an answer, and the import goes on at the next start', async () => {
  const many = join(dir, 'many.csv')
  writeFileSync(many, '店名,面积\n' + Array.from({ length: 20000 }, (_, i) => `第${i}店,${i % 90}\n`).join(''))
  const child = spawn(program, ['--packs', packs, 'import', county, 'shop', many], {
    env: { ...process.env, LC_ALL: 'en_US.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (d) => (said += d))
  const ended = new Promise((done) => child.once('exit', done))
  for (let n = 2; n < 4; ) {
    n = await count()
    await new Promise((done) => setTimeout(done, 20))
    assert.equal(child.exitCode, null, said)
  }
  await s.kill()
  assert.equal(await ended, 1)
  assert.match(said, /ended in the middle.*cli\/server-gone/)
  assert.ok(existsSync(join(county, 'sangzi.sock'))) // nobody was left to take it away
  s = await serve(county, { packs })
  for (let i = 0; i < 600 && (await count()) < 20002; i++) await new Promise((done) => setTimeout(done, 100))
  assert.equal(await count(), 20002)
})

test('without a server the command works by itself, also where a dead socket lies', async () => {
  await s.kill()
  writeFileSync(sheet, '店名,面积\n一个人的店,7\n')
  assert.match(ok(['import', county, 'shop', sheet], { packs }), /1 created/)
  s = await serve(county, { packs })
  assert.equal(await count(), 20003)
})
