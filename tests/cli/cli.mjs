// tests/cli/cli.mjs - a county in a folder of its own, the program beside it, a server when one is wanted
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
export const program = process.env.SANGZI ?? join(root, 'build/sangzi')

export const temp = () => mkdtempSync(join(tmpdir(), 'sangzi-cli-'))
export const drop = (dir) => rmSync(dir, { recursive: true, force: true })

/** Runs a command to its end; `packs` may be another folder than the repository's. */
export function sangzi(args, { packs = join(root, 'packs'), lang = 'en_US.UTF-8' } = {}) {
  return spawnSync(program, ['--packs', packs, ...args], {
    encoding: 'utf8',
    timeout: 120000,
    maxBuffer: 1 << 28,
    env: { ...process.env, LC_ALL: lang },
  })
}

export function ok(args, options) {
  const r = sangzi(args, options)
  assert.equal(r.status, 0, `sangzi ${args.join(' ')}\n${r.stdout.slice(-1000)}\n${r.stderr.slice(-2000)}`)
  return r.stdout
}

/** A pack of these collections (name → YAML of it) in a folder; the folder, for `packs`. */
export function pack(dir, collections) {
  const home = join(dir, 'packs/00-try')
  mkdirSync(join(home, 'collections'), { recursive: true })
  writeFileSync(join(home, 'pack.yaml'), 'title: { zh: 试, en: Try }\nversion: 1.0.0\n')
  for (const [name, yaml] of Object.entries(collections)) writeFileSync(join(home, 'collections', `${name}.yaml`), yaml)
  return join(dir, 'packs')
}

/** Sends JSON (or bytes) and reads JSON; fails where the status is not the wanted one. */
export async function send(url, method, path, status, body, headers = {}) {
  const bytes = body instanceof Uint8Array
  const r = await fetch(url + path, {
    method,
    headers: { ...(body && !bytes && { 'content-type': 'application/geo+json' }), ...headers },
    body: body && !bytes ? JSON.stringify(body) : body,
    signal: AbortSignal.timeout(30000),
  })
  const text = await r.text()
  assert.equal(r.status, status, `${method} ${path}: ${r.status} ${text.slice(0, 1000)}`)
  return { json: text.startsWith('{') ? JSON.parse(text) : undefined, text, headers: r.headers }
}

export const feature = (properties, geometry = null) => ({ type: 'Feature', geometry, properties })

const running = new Set()
after(() => running.forEach((child) => child.kill('SIGKILL'))) // a test that failed leaves no server behind

/** `sangzi serve DIR` on a free port, until `stop` (or `kill`, as a power cut would). */
export async function serve(dir, { packs = join(root, 'packs'), args = [] } = {}) {
  const child = spawn(program, ['--packs', packs, 'serve', dir, '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  const ended = new Promise((done) => child.once('exit', done))
  let said = ''
  const url = await new Promise((done, fail) => {
    child.stderr.on('data', (d) => (said += d))
    child.stdout.on('data', (d) => {
      const m = /http:\/\/127\.0\.0\.1:\d+/.exec(String(d))
      if (m) done(m[0])
    })
    ended.then(() => fail(new Error(said.slice(-2000))))
  })
  const end = async (signal) => {
    child.kill(signal)
    await ended
  }
  return { url, child, stderr: () => said, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') }
}
