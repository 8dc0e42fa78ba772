// tests/cli/files.test.mjs - attachments go along: into the backup, back out of it, and verify names what is missing or altered
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { drop, feature, ok, pack, root, sangzi, send, serve, temp } from './cli.mjs'

const dir = temp()
const county = join(dir, 'county')
const copy = join(dir, 'copy.gpkg')
const again = join(dir, 'again')
const photo = readFileSync(join(root, 'packs/02-infrastructure/stories/2.1-pothole.jpg'))
after(() => drop(dir))

const at = (home, id) => join(home, 'files', id.slice(0, 2), id.slice(2, 4), id)

const packs = pack(dir, {
  shop: `shop:
  title: { zh: 店铺, en: Shop }
  owner: 市场局
  label: name
  properties:
    name: { title: { zh: 店名, en: Name }, type: text, required: true, grade: 1 }
    photo: { title: { zh: 店铺照片, en: Photo }, type: file, grade: 1, format: photo }
`,
})

test('a shop with its photo is backed up whole and comes back', async () => {
  ok(['init', county], { packs })
  const s = await serve(county, { packs })
  const sent = (await send(s.url, 'POST', '/files', 201, photo)).json
  await send(s.url, 'POST', '/collections/shop/items', 201, feature({ name: '石桥店', photo: sent.id }))
  assert.match(ok(['backup', county, copy], { packs }), /1 files/)
  await s.stop()
  assert.ok(existsSync(`${copy}.files/${sent.id.slice(0, 2)}/${sent.id.slice(2, 4)}/${sent.id}`))
  ok(['restore', copy, again], { packs })
  mkdirSync(join(again, 'keys'), { mode: 0o700 })
  cpSync(join(county, 'keys/master'), join(again, 'keys/master'))
  assert.deepEqual(readFileSync(at(again, sent.id)), photo)
  assert.match(ok(['verify', again], { packs }), /0 faults/)

  writeFileSync(at(again, sent.id), photo.subarray(0, 5000))
  let v = sangzi(['verify', again], { packs })
  assert.equal(v.status, 1)
  assert.match(v.stdout, new RegExp(`files/../../${sent.id}: .*changed`))
  rmSync(at(again, sent.id))
  v = sangzi(['verify', again], { packs })
  assert.equal(v.status, 1)
  assert.match(v.stdout, new RegExp(`shop/.*photo ${sent.id}: .*missing`))
})
