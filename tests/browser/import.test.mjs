// A sheet dropped anywhere: guess, mistakes, the sheet that comes back, good rows only.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { api, assertAccessible, noSideScroll, openBrowser, openPage, skip, url } from './lib.mjs'

/** Drops a file on the page, as a hand would. */
async function drop(page, name, bytes) {
  const data = await page.evaluateHandle(
    ([n, b]) => {
      const d = new DataTransfer()
      d.items.add(new File([Uint8Array.from(atob(b), (c) => c.charCodeAt(0))], n))
      return d
    },
    [name, Buffer.from(bytes).toString('base64')],
  )
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('main', type, { dataTransfer: data })
}
async function sheet() {
  const { files } = await api('/demo')
  const file = files.find((f) => /路况检测.*xlsx/.test(f.name)) ?? files[0]
  return { name: file.name, bytes: Buffer.from(await (await fetch(new URL(file.href, url))).arrayBuffer()) }
}

describe('the import', { skip }, () => {
  let browser
  before(async () => (browser = await openBrowser()))
  after(() => browser?.close())

  test('a sheet dropped on the map page comes back with its mistakes marked', async () => {
    const page = await openPage(browser, '/registers')
    await page.locator('main h1').waitFor()
    const { name, bytes } = await sheet()
    await drop(page, name, bytes)
    await page.waitForURL(/\/imports\/./)
    await page.locator('.guesses label.on').waitFor({ timeout: 60_000 })
    await page.getByRole('heading', { name: /处有错/ }).waitFor()
    assert.ok((await page.locator('main table tbody tr').count()) > 0)
    await assertAccessible(page, 'an import with mistakes')
    await noSideScroll(page, 'an import with mistakes')
    const href = await page.getByRole('link', { name: '下载标好错误的表' }).getAttribute('href')
    const marked = await fetch(new URL(href, url))
    assert.equal(marked.status, 200)
    assert.equal(Buffer.from(await marked.arrayBuffer()).subarray(0, 2).toString(), 'PK')
    await page.context().close()
  })

  test('only the good rows go in, and the way to them stands there', async () => {
    const page = await openPage(browser, '/imports')
    const { name, bytes } = await sheet()
    await drop(page, name, bytes)
    await page.waitForURL(/\/imports\/./)
    await page.getByRole('button', { name: /只导入对的/ }).click({ timeout: 60_000 })
    await page.getByRole('heading', { name: '导入好了' }).waitFor({ timeout: 60_000 })
    await assertAccessible(page, 'an import that is done')
    await page.getByRole('link', { name: /^打开/ }).click()
    await page.waitForURL(/\/registers\//)
    await page.context().close()
  })

  test('the card on the map offers its file, and one click imports it', async () => {
    const page = await openPage(browser, '/map')
    await page.locator('[data-card=S03]').click()
    const asked = page.locator('[data-asked]')
    await asked.waitFor()
    await assertAccessible(page, 'a file asked for')
    await asked.getByRole('button', { name: '导入这个文件' }).click()
    await page.waitForURL(/\/imports\/./)
    await page.getByRole('heading', { name: /处有错/ }).waitFor({ timeout: 60_000 })
    await page.context().close()
  })

  test('a file that fits no register asks for one, and says nothing of mistakes before', async () => {
    const page = await openPage(browser, '/imports')
    await page.locator('main h1').waitFor()
    await drop(page, '随手记.csv', Buffer.from('甲,乙\n1,2\n3,4\n'))
    await page.waitForURL(/\/imports\/./)
    await page.getByText('请先选放进哪本台账').waitFor({ timeout: 60_000 })
    assert.equal(await page.getByText('没有发现错误').count(), 0)
    await assertAccessible(page, 'an import without a register')
    await page.context().close()
  })

  test('photos alone are no sheet', async () => {
    const page = await openPage(browser, '/registers')
    await page.locator('main h1').waitFor()
    await page.evaluate(() => {
      const data = new DataTransfer()
      data.items.add(new File([new Uint8Array(8)], 'a.png', { type: 'image/png' }))
      for (const type of ['dragenter', 'dragover', 'drop']) document.querySelector('main').dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }))
    })
    await page.waitForTimeout(600)
    assert.match(page.url(), /\/registers$/)
    await page.context().close()
  })

  test('fits a phone', async () => {
    const page = await openPage(browser, '/imports', { width: 390, height: 844 })
    const { name, bytes } = await sheet()
    await drop(page, name, bytes)
    await page.waitForURL(/\/imports\/./)
    await page.getByRole('heading', { name: /处有错/ }).waitFor({ timeout: 60_000 })
    await assertAccessible(page, 'an import on a phone')
    await noSideScroll(page, 'an import on a phone')
    await page.context().close()
  })
})
