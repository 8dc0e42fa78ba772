// tests/faults/corpora.test.mjs - every input a fuzzer ever stumbled over is read again under the sanitizers
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const build = join(root, 'build-fuzz')

// A target is fuzz/NAME.c, its program build-fuzz/fuzz_NAME, its inputs fuzz/corpus/NAME.
const names = readdirSync(join(root, 'fuzz')).filter((f) => f.endsWith('.c')).map((f) => f.slice(0, -2))

for (const name of names) {
  const program = join(build, `fuzz_${name}`)
  const corpus = join(root, 'fuzz/corpus', name)
  const skip = !existsSync(program) && `no ${program}; ./dev test or ./dev fuzz builds it`
  test(`fuzz corpus ${name}`, { skip }, () => {
    const inputs = existsSync(corpus) ? readdirSync(corpus).filter((f) => f !== 'README.md') : []
    if (inputs.length === 0) throw new Error(`${corpus} holds no input; a fuzz target has a corpus`)
    const run = spawnSync(program, ['-runs=0', '-rss_limit_mb=4096', '-timeout=20', corpus], { encoding: 'utf8' })
    if (run.status !== 0) throw new Error(`${name}: status ${run.status}\n${run.stderr.slice(-4000)}`)
  })
}

test('every corpus belongs to a target', () => {
  const stray = readdirSync(join(root, 'fuzz/corpus')).filter((d) => !names.includes(d))
  if (stray.length > 0) throw new Error(`no target for fuzz/corpus/${stray.join(', ')}`)
})
