// Photos: chosen or dropped into a form, sent once, seen on the record and beside the map, enlarged by keyboard.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { api, assertAccessible, filesFace, noSideScroll, openBrowser, openPage, picture, skip, url } from './lib.mjs'

const actor = { name: '王敏', post: '交通局养护股长', division: '990121000000', divisionName: '云穗县', door: 'desk' }
const missing = skip || (await filesFace()) ? skip : 'this server holds no files'
const photo = async (page, name) => ({ name, mimeType: 'image/png', buffer: await picture(page) })

describe('photos', { skip: missing }, () => {
  let browser
  let id
  before(async () => {
    browser = await openBrowser()
    id = (await api('/collections/road_defect/items?limit=1')).features[0].id
    const path = `${url}/collections/road_defect/items/${id}`
    const now = await fetch(path)
    await fetch(path, { method: 'PATCH', headers: { 'If-Match': now.headers.get('etag'), 'Content-Type': 'application/merge-patch+json' }, body: JSON.stringify({ properties: { photos: null } }) })
  })
  after(() => browser?.close())

  test('are added, taken away and kept with the record', async () => {
    const page = await openPage(browser, `/records/road_defect/${id}?edit=1`, { actor })
    const way = page.locator('.ways input[type=file]').last()
    await way.waitFor({ state: 'attached' })
    const [a, b, c] = [await photo(page, '一.png'), await photo(page, '二.png'), await photo(page, '三.png')]
    await way.setInputFiles([a, b])
    await page.locator('.photos li .away').nth(1).waitFor()
    await way.setInputFiles([c])
    await page.locator('.photos li .away').nth(2).waitFor()
    await assertAccessible(page, 'photos in a form')
    await page.getByRole('button', { name: '去掉照片 2' }).click()
    await way.setInputFiles([a]) // the same bytes are the same photo
    await page.waitForTimeout(600)
    await way.setInputFiles([{ name: '说明.txt', mimeType: 'text/plain', buffer: Buffer.from('x') }])
    await page.getByText('这不是照片').waitFor()
    await page.getByRole('button', { name: /不要 说明.txt/ }).click()
    await page.getByRole('button', { name: /^保存/ }).click()
    await page.locator('[data-photos] img').nth(1).waitFor()
    const held = (await api(`/collections/road_defect/items/${id}`)).properties.photos
    assert.equal(held.length, 2)
    const bytes = Buffer.from(await (await fetch(`${url}/files/${held[0]}`)).arrayBuffer())
    assert.deepEqual([bytes.equals(a.buffer) || bytes.equals(c.buffer), /^[0-9a-f]{64}$/.test(held[0])], [true, true])
    page.calm()
    await page.context().close()
  })

  test('open large, walk by arrows, close with Esc', async () => {
    const page = await openPage(browser, `/records/road_defect/${id}`)
    await page.locator('[data-photos] button').first().click()
    const large = page.locator('dialog.viewer')
    await large.getByText('1/2').first().waitFor()
    await large.locator('img').evaluate((img) => img.decode())
    await assertAccessible(page, 'a photo enlarged')
    await page.keyboard.press('ArrowRight')
    await large.getByText('2/2').first().waitFor()
    await page.keyboard.press('Escape')
    await large.waitFor({ state: 'detached' })
    page.calm()
    await page.context().close()
  })

  test('stand in the panel beside the map', async () => {
    const page = await openPage(browser, `/map?open=road_defect/${id}`)
    const img = page.locator('aside.side [data-photos] img').first()
    await img.scrollIntoViewIfNeeded()
    await img.evaluate((i) => i.decode())
    assert.ok((await img.evaluate((i) => i.naturalWidth)) > 0)
    await page.context().close()
  })

  test('a photo chosen is found again with the draft', async () => {
    const page = await openPage(browser, '/new/road_defect', { actor })
    await page.locator('.ways input[type=file]').last().setInputFiles([await photo(page, '草稿.png')])
    await page.locator('.photos li .away').waitFor()
    await page.goto(`${url}/app/registers`)
    await page.goto(`${url}/app/new/road_defect`)
    await page.getByText(/找回了/).waitFor()
    await page.locator('.photos li img').waitFor()
    await page.context().close()
  })

  test('fit a phone, which offers the camera', async () => {
    const page = await openPage(browser, `/records/road_defect/${id}?edit=1`, { actor, width: 390, height: 844 })
    await page.getByText('拍照').waitFor()
    assert.equal(await page.locator('input[capture=environment]').count(), 1)
    await noSideScroll(page, 'photos on a phone')
    await assertAccessible(page, 'photos on a phone')
    await page.context().close()
  })
})
