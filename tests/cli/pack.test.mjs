// tests/cli/pack.test.mjs - sangzi pack check says the findings of every room that reads packs, each with file, line and the fix
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { drop, pack, sangzi, temp } from './cli.mjs'

const thing = (extra = '') => `thing:
  title: { zh: 物, en: Thing }
  geometry: Point
  owner: 局
  label: name
  properties:
    name: { title: { zh: 物名, en: Thing name }, type: text, grade: 1 }
${extra}`

function check(files, collections) {
  const dir = temp()
  try {
    const packs = pack(dir, collections)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(packs, '00-try', name), text)
    return sangzi(['pack', 'check'], { packs })
  } finally {
    drop(dir)
  }
}

test('layers and indicators are checked by their rooms', () => {
  const r = check(
    {
      'layers.yaml': 'l:\n  title: { zh: 层, en: L }\n  group: { zh: 组, en: G }\n  collection: thing\n  kind: circel\n  classes:\n    - { title: { zh: 物, en: T } }\n',
      'indicators.yaml': 'i:\n  title: { zh: 指标, en: I }\n  task: "02"\n  collection: thing\n  weight: name\n',
    },
    { thing: thing() },
  )
  assert.equal(r.status, 1)
  assert.match(r.stderr, /00-try\/layers\.yaml:2: .*bad-kind: .*是不是“circle”/)
  assert.match(r.stderr, /00-try\/indicators\.yaml:2: .*not-numeric: /)
})

test('a derived property needs its process, or the name of the pack that will bring it', () => {
  const size = (derived) => thing(`    size: { title: { zh: 大小, en: Size }, type: number, derived: ${derived}, grade: 1 }\n`)
  const missing = check({}, { thing: size('{ by: road-conditon }') })
  assert.equal(missing.status, 1)
  assert.match(missing.stderr, /00-try\/collections\/thing\.yaml:8: .*no-maker: .*“road-conditon”，是不是“road-condition”/)
  assert.match(missing.stderr, /later: NN-name/)
  assert.equal(check({}, { thing: size('{ by: weigh, later: 07-agri-chain }') }).status, 0)
  const idle = check({}, { thing: size('{ by: road-condition, later: 07-agri-chain }') })
  assert.equal(idle.status, 0)
  assert.match(idle.stdout, /warning idle-later/)
})
