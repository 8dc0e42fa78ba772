// node tests/browser/run.mjs [FILES…] - the browser tests, one page at a time: maps are drawn without a graphics card. Files that
// only look run beside those that write where there are four cores. What failed runs once more by itself, file by file, and
// every test that needed it is named and counted: a second try is a debt, not a pass unseen.
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

const folder = import.meta.dirname
const given = process.argv.slice(2)
const files = given.length ? given.map((f) => join(folder, basename(f))) : readdirSync(folder).filter((f) => f.endsWith('.test.mjs')).map((f) => join(folder, f))
/** They change no record that another file reads. */
const looking = ['frame.test.mjs', 'map.test.mjs']

/** Runs one file: what passed and what failed, by the full name of the test. */
export function runFile(file, out = process.stdout) {
  return new Promise((done) => {
    const passed = new Set()
    const failed = new Set()
    const above = []
    const name = (data) => [basename(file), ...above.slice(0, data.nesting), data.name].join(' › ')
    const stream = run({ files: [file], concurrency: false })
    stream.on('test:start', (data) => (above[data.nesting] = data.name))
    stream.on('test:pass', (data) => data.details.type !== 'suite' && data.skip === undefined && data.name !== file && passed.add(name(data)))
    // A group that failed only because of a test in it is no failure of its own; a broken hook is.
    stream.on('test:fail', (data) => data.details.error?.failureType !== 'subtestsFailed' && failed.add(name(data)))
    stream.on('end', () => done({ passed, failed }))
    stream.compose(spec).on('data', (text) => out.write(text))
  })
}

/** All files, the failed ones once more. */
export async function runAll(list, lanes, runOne = runFile) {
  const bad = new Map()
  let passed = 0
  const lane = async (own) => {
    for (const file of own) {
      const got = await runOne(file)
      passed += got.passed.size
      if (got.failed.size) bad.set(file, got.failed)
    }
  }
  await Promise.all(lanes.map((pick) => lane(list.filter(pick))))
  const second = []
  const failed = []
  for (const [file, before] of bad) {
    const again = await runOne(file)
    for (const name of before) (again.failed.has(name) || !again.passed.has(name) ? failed : second).push(name)
    for (const name of again.failed) if (!before.has(name)) failed.push(name)
    passed += [...before].filter((name) => again.passed.has(name) && !again.failed.has(name)).length
  }
  return { passed, failed: [...new Set(failed)], second }
}

if (process.argv[1] === import.meta.filename) {
  const looks = (f) => looking.includes(basename(f))
  const lanes = availableParallelism() >= 4 ? [looks, (f) => !looks(f)] : [() => true]
  const began = Date.now()
  const { passed, failed, second } = await runAll(files, lanes)
  console.log(`\nbrowser: ${passed} tests passed, ${failed.length} failed, in ${Math.round((Date.now() - began) / 1000)} s`)
  if (second.length) console.log(`${second.length} tests needed a second try:\n  ${second.join('\n  ')}`)
  else console.log('no test needed a second try')
  for (const name of failed) console.log(`✖ ${name}`)
  process.exit(failed.length ? 1 : 0)
}
