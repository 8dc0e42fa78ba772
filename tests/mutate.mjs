// tests/mutate.mjs - is there a test that notices when a public function does nothing?
//
//   node tests/mutate.mjs [ROOM …] [--build build] [--seconds 60]       all rooms of src/ when none is named
//
// A room's public functions are those that its header declares. For each, every test program that holds it is copied, the function's
// first bytes are overwritten with "return 0", and the room's own tests are run, then the others', until one fails. A function
// that no test misses is printed; the last line counts them. Status 1 when there is one.
//
// What it cannot see: a call that the compiler put in place of the call (small functions at -O2 may survive for that reason alone; a
// build with -DCMAKE_BUILD_TYPE=Debug has none), and functions whose right answer is 0 wherever they are asked.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, openSync, closeSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { build: { type: 'string', default: 'build' }, seconds: { type: 'string', default: '60' } },
})
/** x86-64: xor eax,eax; pxor xmm0,xmm0; ret - no, false, NULL, 0 and 0.0 alike. */
const nothing = Buffer.from([0x31, 0xc0, 0x66, 0x0f, 0xef, 0xc0, 0xc3])
const run = (program, args) => spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout

const rooms = (positionals.length ? positionals : readdirSync('src')).filter((r) => existsSync(`src/${r}/${r}.h`))
const tests = readdirSync(values.build).filter((f) => f.startsWith('test_')).map((f) => join(values.build, f))

function declared(room) {
  const text = readFileSync(`src/${room}/${room}.h`, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*#.*$/gm, '').replace(/static inline[\s\S]*?\n}\n/g, '')
  return [...new Set([...text.matchAll(/^[\w][\w\s*]*?[\s*](\w+)\s*\(/gm)].map((m) => m[1]))]
}

/** Name → place of its first byte in the file, and its size. */
function functions(program) {
  const load = [...run('readelf', ['-lW', program]).matchAll(/LOAD\s+(0x\w+)\s+(0x\w+)\s+0x\w+\s+(0x\w+)/g)].map((m) => m.slice(1, 4).map(Number))
  const out = new Map()
  for (const [, at, size, name] of run('nm', ['-S', program]).matchAll(/^(\w+) (\w+) [Tt] (\S+)$/gm)) {
    const address = parseInt(at, 16)
    const segment = load.find(([, from, length]) => address >= from && address < from + length)
    if (segment) out.set(name, { offset: address - segment[1] + segment[0], size: parseInt(size, 16) })
  }
  return out
}

const held = new Map(tests.map((t) => [t, functions(t)]))
const whole = functions(join(values.build, 'sangzi')) // what is not there is a macro, or was put in place of its calls
const work = mkdtempSync(join(tmpdir(), 'mutate-'))

/** The copy lies beside the program: tests look for others from there. */
function notices(program, { offset }) {
  const copy = join(work, basename(program))
  copyFileSync(program, copy)
  const file = openSync(copy, 'r+')
  writeSync(file, nothing, 0, nothing.length, offset)
  closeSync(file)
  const end = spawnSync(copy, [], { timeout: Number(values.seconds) * 1000, stdio: 'ignore', killSignal: 'SIGKILL' })
  return end.status !== 0
}

function judge(name, room) {
  const all = tests.filter((t) => (held.get(t).get(name)?.size ?? 0) >= nothing.length)
  const own = all.filter((t) => basename(t).startsWith(`test_${room}_`))
  if (!all.length) return 'in no test program'
  return [...own, ...all.filter((t) => !own.includes(t))].some((t) => notices(t, held.get(t).get(name))) ? '' : 'no test misses it'
}

let survivors = 0
let asked = 0
for (const room of rooms) {
  for (const name of declared(room).filter((n) => whole.has(n))) {
    const said = judge(name, room)
    asked++
    survivors += said !== ''
    if (said) console.log(`${room}: ${name}: ${said}`)
  }
}
rmSync(work, { recursive: true, force: true })
console.log(`${asked} public functions, ${survivors} that no test misses`)
process.exit(survivors ? 1 : 0)
