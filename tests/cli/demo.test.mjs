// tests/cli/demo.test.mjs - a demo county that cannot be made is refused at once, in words, and leaves nothing behind
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { drop, sangzi, temp } from './cli.mjs'

const dir = temp()
after(() => drop(dir))

for (const persons of ['99', '2000001', '-5', '1e6', '五千', ''])
  test(`${persons || 'nothing'} persons`, () => {
    const where = join(dir, 'never')
    const r = sangzi(['demo', where, '--persons', persons], { lang: 'zh_CN.UTF-8' })
    assert.equal(r.status, 1)
    assert.match(r.stderr, /100 到 2000000 人/)
    assert.ok(!existsSync(where))
  })

test('the same in English', () => {
  const r = sangzi(['demo', join(dir, 'never'), '--persons', '3000000'])
  assert.match(r.stderr, /100 to 2000000 persons; one of 3000000 cannot be made/)
})
