// tests/stories/run.mjs - tells every story of packs/*/stories/*.yaml to a running county, through HTTP only
//
//   node tests/stories/run.mjs --url http://127.0.0.1:8080 [--only 2.1] [--verbose]
//   node tests/stories/run.mjs --serve [--sangzi build/sangzi] [--persons 5000] [--seed 7]
//
// How a story is written: docs/packs.md. Status 0: all held; 1: one did not; 2: wrong usage or no server.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { fill, judge, point } from './expect.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const wait = (ms) => new Promise((done) => setTimeout(done, ms))

function options() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      serve: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      packs: { type: 'string', default: join(root, 'packs') },
      sangzi: { type: 'string', default: join(root, 'build/sangzi') },
      persons: { type: 'string', default: '5000' },
      seed: { type: 'string', default: '7' },
      verbose: { type: 'boolean', default: false },
    },
  })
  if (!values.url === !values.serve) throw new Error('one of --url URL and --serve')
  return values
}

function readStories(packs, only) {
  const stories = []
  for (const pack of readdirSync(packs).sort()) {
    const folder = join(packs, pack, 'stories')
    if (!existsSync(folder)) continue
    for (const name of readdirSync(folder).sort()) {
      if (!name.endsWith('.yaml') || !name.startsWith(only)) continue
      const story = parse(readFileSync(join(folder, name), 'utf8'))
      stories.push({ ...story, name: name.slice(0, -5), pack, folder })
    }
  }
  return stories
}

const verbs = ['get', 'post', 'put', 'patch', 'delete']
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A ULID of now; a story takes a new one each time it is told. */
function ulid() {
  let time = Date.now()
  let id = ''
  for (let i = 0; i < 10; i++, time = Math.floor(time / 32)) id = crockford[time % 32] + id
  for (let i = 0; i < 16; i++) id += crockford[Math.floor(Math.random() * 32)]
  return id
}

function payload(step, saved, folder) {
  if (step.file !== undefined) return [readFileSync(join(folder, step.file)), 'application/octet-stream']
  if (step.text !== undefined) return [fill(step.text, saved), 'text/plain']
  if (step.body === undefined) return [undefined, undefined]
  const body = fill(step.body, saved)
  const geo = ['Feature', 'FeatureCollection'].includes(body.type)
  const type = step.patch ? 'application/merge-patch+json' : geo ? 'application/geo+json' : 'application/json'
  return [JSON.stringify(body), type]
}

async function ask(url, step, saved, folder) {
  const verb = verbs.find((v) => step[v] !== undefined)
  if (!verb) throw new Error(`a step needs one of ${verbs.join(', ')}`)
  const [body, type] = payload(step, saved, folder)
  const headers = Object.entries(step.headers ?? {}).map(([k, v]) => [k, String(fill(v, saved))])
  const all = { ...(type && { 'content-type': type }), 'accept-language': 'zh', ...Object.fromEntries(headers) }
  const begun = performance.now()
  const answer = await fetch(new URL(fill(step[verb], saved, true), url), {
    method: verb.toUpperCase(),
    headers: all,
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(30000),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, json: readJson(text), ms: performance.now() - begun }
}

function readJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function save(step, answer, saved) {
  for (const [name, from] of Object.entries(step.save ?? {})) {
    const value =
      from === 'status' ? answer.status : from.startsWith('header:') ? answer.headers.get(from.slice(7)) : point(answer.json, from)
    if (value === undefined || value === null) return [`nothing to save at ${from}`]
    saved[name] = value
  }
  return []
}

/** What is wrong with a step's answer; a repeated one is asked until nothing is. */
async function tell(url, step, saved, folder) {
  const times = step.repeat?.until_ok ?? 1
  let wrong = []
  for (let i = 0; i < times; i++) {
    if (i) await wait(step.repeat.wait_ms ?? 250)
    const answer = await ask(url, step, saved, folder)
    wrong = judge(fill(step.expect, saved), answer)
    if (!wrong.length) wrong = save(step, answer, saved)
    if (!wrong.length) break
  }
  return wrong
}

async function play(url, story, county) {
  const saved = { ...county, ulid: ulid(), today: new Date().toISOString().slice(0, 10), now: new Date().toISOString() }
  for (const [at, step] of story.steps.entries()) {
    const gate = step.skip_unless ? await tell(url, step.skip_unless, saved, story.folder) : []
    if (gate.length) return { skipped: `${step.skip_unless.say ?? 'not there'}: ${gate[0]}` }
    if (!verbs.some((v) => step[v] !== undefined)) continue
    const wrong = await tell(url, step, saved, story.folder).catch((e) => [String(e.cause ?? e)])
    if (wrong.length) return { at: at + 1, say: step.say, wrong }
  }
  return {}
}

const freePort = () =>
  new Promise((done) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => done(port))
    })
  })

async function untilReady(url, seconds) {
  for (let i = 0; i < seconds * 10; i++) {
    const ok = await fetch(new URL('/healthz', url)).then((r) => r.ok, () => false)
    if (ok) return true
    await wait(100)
  }
  return false
}

/** A demo county in a temporary folder, served until stop() is called. */
async function serve(o) {
  const dir = mkdtempSync(join(tmpdir(), 'sangzi-stories-'))
  const clean = () => rmSync(dir, { recursive: true, force: true })
  const made = spawnSync(o.sangzi, ['demo', dir, '--persons', o.persons, '--seed', o.seed, '--packs', o.packs], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (made.status !== 0) {
    clean()
    throw new Error(`${o.sangzi} demo: ${made.error ?? `status ${made.status}`}`)
  }
  const url = `http://127.0.0.1:${await freePort()}`
  const server = spawn(o.sangzi, ['serve', dir, '--port', new URL(url).port, '--packs', o.packs], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise((done) => server.once('exit', done))
  const stop = async () => {
    server.kill('SIGTERM')
    await Promise.race([ended, wait(10000)])
    clean()
  }
  return { url, stop }
}

function report(story, result, ms) {
  const line = `${story.pack}/${story.name}`
  if (result.skipped) console.log(`skip ${line}  ${result.skipped}`)
  else if (!result.wrong) console.log(`ok   ${line}  ${story.steps.length} steps, ${Math.round(ms)} ms`)
  else {
    console.log(`FAIL ${line}  step ${result.at}: ${result.say ?? ''}`)
    for (const w of result.wrong) console.log(`       ${w}`)
  }
}

async function main() {
  const o = options()
  const stories = readStories(o.packs, o.only)
  const server = o.serve ? await serve(o) : { url: o.url, stop: async () => {} }
  let failed = 0
  try {
    if (!(await untilReady(server.url, 60))) throw new Error(`no county answers at ${server.url}`)
    const node = await fetch(new URL('/node', server.url)).then((r) => r.json(), () => ({}))
    for (const story of stories) {
      const begun = performance.now()
      const result = await play(server.url, story, { county: node.division ?? '990121000000' })
      failed += result.wrong ? 1 : 0
      report(story, result, performance.now() - begun)
    }
  } finally {
    await server.stop()
  }
  console.log(`${stories.length} stories, ${failed} failed`)
  return failed ? 1 : 0
}

main().then(
  (status) => process.exit(status),
  (e) => {
    console.error(String(e.message ?? e))
    process.exit(2)
  },
)
