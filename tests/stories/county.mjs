// tests/stories/county.mjs - a demo county of its own, made in a temporary folder, served on a free port
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { wait } from './play.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
export const defaults = { packs: join(root, 'packs'), sangzi: join(root, 'build/sangzi'), persons: '5000', seed: '7' }

const freePort = () =>
  new Promise((done) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => done(port))
    })
  })

export async function untilReady(url, seconds) {
  for (let i = 0; i < seconds * 10; i++) {
    const ok = await fetch(new URL('/healthz', url)).then((r) => r.ok, () => false)
    if (ok) return true
    await wait(100)
  }
  return false
}

/** A demo county in a temporary folder, served until stop() is called. */
export async function serve(o) {
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

/** What a story knows before it begins. */
export async function known(url) {
  const node = await fetch(new URL('/node', url)).then((r) => r.json(), () => ({}))
  return { county: node.division ?? '990121000000' }
}
