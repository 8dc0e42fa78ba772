// tests/stories/play.mjs - reads the stories of packs and tells one to a running county, step by step
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { fill, judge, point } from './expect.mjs'

export const wait = (ms) => new Promise((done) => setTimeout(done, ms))

/** All stories below `packs` whose name begins with `only`, in order. */
export function readStories(packs, only) {
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

async function payload(url, step, saved, folder) {
  if (step.from !== undefined) { // a file that the county itself hands out
    const got = await fetch(new URL(encodeURI(fill(step.from, saved)), url))
    if (!got.ok) throw new Error(`${step.from}: ${got.status}`)
    return [Buffer.from(await got.arrayBuffer()), 'application/octet-stream']
  }
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
  const [body, type] = await payload(url, step, saved, folder)
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

/** {} when all held, or {at, say, wrong}: the first step that did not. A story has no way to be skipped: what is gone is red. */
export async function play(url, story, county) {
  const saved = { ...county, ulid: ulid(), today: new Date().toISOString().slice(0, 10), now: new Date().toISOString() }
  for (const [at, step] of story.steps.entries()) {
    const wrong = await tell(url, step, saved, story.folder).catch((e) => [String(e.cause ?? e)])
    if (wrong.length) return { at: at + 1, say: step.say, wrong }
  }
  return {}
}
