// Without a line: the application opens, what is written lies on the device and goes up by itself, and a clash waits
// for a person.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { api, assertAccessible, filesFace, noSideScroll, openBrowser, openPage, picture, skip, url } from './lib.mjs'

const actor = { name: '周建国', post: '石桥村村主任', division: '990121000000', divisionName: '云穗县', door: 'cadre' }
const phone = { width: 390, height: 844, actor, workers: 'allow' }
/** Opened once with a line: the worker stands and has read ahead. */
async function prepared(browser, path) {
  const page = await openPage(browser, path, phone)
  await page.locator('html[data-kept=yes]').waitFor({ timeout: 120_000 })
  return page
}

describe('without a line', { skip }, () => {
  let browser
  before(async () => (browser = await openBrowser()))
  after(() => browser?.close())

  test('a new record is kept, said in words, and made once when the line is back', async () => {
    const page = await prepared(browser, '/day')
    const photos = await filesFace()
    const before = await api('/collections/road_defect/items?limit=1&count=exact')
    await page.context().setOffline(true)
    await page.goto(`${url}/app/new/road_defect`)
    await page.getByText('现在连不上县里').waitFor()
    await page.locator('#field-section').fill('K0')
    await page.locator('.drop [role=option]').first().click()
    await page.locator('#field-kind').selectOption({ index: 1 })
    for (const name of ['severity', 'safety']) await page.locator(`#field-${name}`).check()
    await page.locator('#field-size').fill('4.25')
    await page.locator('#field-found_at').fill('2026-11-20T09:30')
    await page.getByRole('button', { name: '粘贴坐标' }).click()
    await page.locator('.draw textarea').fill('111.5042, 31.5021')
    await page.getByRole('button', { name: '用这些坐标' }).click()
    await page.getByText('联网后自动查出').waitFor()
    const state = page.locator('#field-state')
    if ((await state.evaluate((e) => e.tagName)) === 'SELECT') await state.selectOption({ index: 1 })
    else await state.check()
    if (photos) {
      await page.locator('.ways input[type=file]').last().setInputFiles({ name: '坑槽.png', mimeType: 'image/png', buffer: await picture(page) })
      await page.getByText('存在本机，联网后上传').waitFor()
    }
    await page.getByRole('button', { name: /保存新记录/ }).click()
    await page.getByText('已存在这台设备里').waitFor()
    await page.locator('.queue').getByText('1 件未上传，联网后自动发送').waitFor()
    await assertAccessible(page, 'kept')
    await page.goto(`${url}/app/queue`)
    await page.locator('li.one[data-state=waiting]').waitFor()
    await noSideScroll(page, 'the queue')
    await assertAccessible(page, 'the queue')
    await page.context().setOffline(false)
    await page.getByText('没有未上传的').waitFor({ timeout: 40_000 }).catch(async (e) => assert.fail(`${e.message}\n${await page.locator('main').innerText()}`))
    const after = await api('/collections/road_defect/items?limit=1&count=exact')
    assert.equal(after.numberMatched, before.numberMatched + 1)
    const made = await api(`/collections/road_defect/items?limit=5&filter=${encodeURIComponent("size = 4.25 AND created_by = '周建国'")}`)
    assert.ok(made.features.length >= 1, 'in the name of who wrote it')
    if (photos) {
      const [id] = made.features.at(-1).properties.photos
      assert.equal((await fetch(`${url}/files/${id}`)).headers.get('content-type'), 'image/png')
    }
    await page.context().close()
  })

  test('an edit that met another is shown as two cards; both are kept until one is chosen', async () => {
    const [mine, theirs] = [10, 50].map((n) => n + Math.floor(Math.random() * 40)) // never what stands there already
    const page = await prepared(browser, '/day')
    const defect = (await api('/collections/road_defect/items?limit=1')).features[0]
    await page.goto(`${url}/app/records/road_defect/${defect.id}?edit=1`)
    await page.locator('#field-size').waitFor()
    await page.context().setOffline(true)
    await page.locator('#field-size').fill(String(mine))
    await page.getByRole('button', { name: /^保存/ }).click()
    await page.waitForURL(/\/queue/)
    const now = await fetch(`${url}/collections/road_defect/items/${defect.id}`)
    const put = await fetch(`${url}/collections/road_defect/items/${defect.id}`, {
      method: 'PATCH', headers: { 'If-Match': now.headers.get('etag'), 'Content-Type': 'application/merge-patch+json' }, body: JSON.stringify({ properties: { size: theirs } }),
    })
    assert.equal(put.status, 200)
    await page.context().setOffline(false)
    await page.locator('[data-whose=mine]').waitFor({ timeout: 60_000 })
    assert.match(await page.locator('[data-whose=mine]').innerText(), new RegExp(`${mine} m`))
    assert.match(await page.locator('[data-whose=theirs]').innerText(), new RegExp(`${theirs} m`))
    await page.getByText('1 件等您看一眼').waitFor()
    await assertAccessible(page, 'two cards')
    await noSideScroll(page, 'two cards')
    await page.reload()
    await page.locator('[data-whose=mine]').waitFor()
    await page.getByRole('button', { name: '用我写的' }).click()
    await page.getByText('没有未上传的').waitFor()
    assert.equal((await api(`/collections/road_defect/items/${defect.id}`)).properties.size, mine)
    await page.context().close()
  })
})
