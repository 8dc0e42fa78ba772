// The runner of the browser tests: a failed file runs once more, and what needed that is said.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runAll, runFile } from '../browser/run.mjs'

const quiet = { write: () => true }

test('what passes the second time is named, what fails again fails, and nothing else runs twice', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runner-'))
  const file = async (name, body) => {
    const path = join(folder, name)
    await writeFile(path, `import { test, describe } from 'node:test'\nimport { existsSync, writeFileSync, appendFileSync } from 'node:fs'\nappendFileSync(${JSON.stringify(join(folder, 'ran'))}, ${JSON.stringify(`${name} `)})\n${body}`)
    return path
  }
  const mark = JSON.stringify(join(folder, 'mark'))
  const list = [
    await file('good.test.mjs', "test('is well', () => {})"),
    await file('flaky.test.mjs', `describe('a group', () => { test('at the second try', () => { if (!existsSync(${mark})) { writeFileSync(${mark}, ''); throw new Error('not yet') } }); test('beside it', () => {}) })`),
    await file('bad.test.mjs', "test('never', () => { throw new Error('no') })"),
    await file('hook.test.mjs', "import { before } from 'node:test'; describe('unready', () => { before(() => { throw new Error('no') }); test('waits', () => {}) })"),
  ]
  // A runner inside a runner: node hands its own marks down, without them the inner files run as by themselves.
  const own = process.env.NODE_TEST_CONTEXT
  delete process.env.NODE_TEST_CONTEXT
  const got = await runAll(list, [() => true], (f) => runFile(f, quiet))
  if (own) process.env.NODE_TEST_CONTEXT = own
  assert.deepEqual(got.second, ['flaky.test.mjs › a group › at the second try'])
  assert.equal(got.failed[0], 'bad.test.mjs › never')
  assert.ok(got.failed.some((f) => f.startsWith('hook.test.mjs › unready')), 'a broken hook is a failure')
  assert.equal(got.passed, 3)
  const { readFile } = await import('node:fs/promises')
  assert.deepEqual((await readFile(join(folder, 'ran'), 'utf8')).trim().split(' '), ['good.test.mjs', 'flaky.test.mjs', 'bad.test.mjs', 'hook.test.mjs', 'flaky.test.mjs', 'bad.test.mjs', 'hook.test.mjs'])
  await rm(folder, { recursive: true })
})
