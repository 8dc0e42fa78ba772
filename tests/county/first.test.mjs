// tests/county/first.test.mjs - the demo county is looked at after its first township: that one is whole, whatever the others are.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const sangzi = process.env.SANGZI ?? join(root, 'build/sangzi')
const dir = mkdtempSync(join(tmpdir(), 'sangzi-first-'))
let server, url

before(async () => {
  const args = ['demo', dir, '--persons', '40000', '--seed', '3', '--serve', '--port', '0', '--packs', join(root, 'packs')]
  server = spawn(sangzi, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  url = await new Promise((done, fail) => {
    let said = ''
    server.on('exit', () => fail(new Error(`it ended: ${said}`)))
    server.stdout.on('data', (piece) => {
      said += piece
      const link = /^(http:\/\/127\.0\.0\.1:\d+)\/app$/m.exec(said)
      if (link) done(link[1])
    })
  })
})

after(async () => {
  const ended = new Promise((done) => server.once('exit', done))
  server.kill('SIGTERM')
  await ended
  rmSync(dir, { recursive: true, force: true })
})

const ask = async (path) => (await fetch(`${url}${path}`)).json()

async function until(what) {
  for (let i = 0; i < 300; i++) {
    const got = await what()
    if (got) return got
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error('it never came')
}

test('its roads have their condition, its day is known, its bridge stands', { timeout: 60000 }, async () => {
  const section = await until(async () => {
    const page = await ask(`/collections/road_section/items?limit=1&filter=${encodeURIComponent('condition IS NOT NULL')}`)
    return page.features?.[0]
  })
  assert.match(section.properties.division, /^990121108/, '橘坞镇 comes first')
  assert.ok(section.properties.pqi > 0 && section.properties.name)
  assert.match((await ask('/node')).today, /^\d{4}-\d\d-\d\d$/)
  const { cards } = await ask('/demo')
  assert.equal(cards.length, 3)
  const bridge = await until(async () => (await ask(`/collections/road_structure/items/${cards[0].feature}`)).properties)
  assert.equal(bridge.weight_limit, 5)
})
