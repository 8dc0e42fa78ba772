// The register: rows, order, filter and its CQL2, long lists, selection, export, print; live changes; axe.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { api, assertAccessible, noSideScroll, openBrowser, openPage, skip, until, url } from './lib.mjs'

const C = process.env.SANGZI_COLLECTION ?? 'road_section'
const row = (page) => page.locator('[role=grid] .body [role=row]')
const ready = (page) => page.waitForFunction(() => document.querySelector('[role=grid] .body [role=gridcell].cell, [role=grid] .lines')?.textContent.trim())
const column = async (page, n) => (await row(page).evaluateAll((rows, i) => rows.sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).map((r) => r.querySelectorAll('.cell')[i]?.textContent.trim()), n)).filter(Boolean)

describe('the register', { skip }, () => {
  let browser
  before(async () => (browser = await openBrowser()))
  after(() => browser?.close())

  test('the index lists every register and finds one', async () => {
    const page = await openPage(browser, '/registers')
    const { collections } = await api('/collections')
    await page.locator('main a.line').first().waitFor()
    assert.equal(await page.locator('main a.line').count(), collections.length)
    const one = collections.find((c) => c.id === C)
    await page.getByRole('searchbox', { name: '找台账' }).fill(one.title)
    await page.locator(`main a.line[href*="/registers/${C}"]`).waitFor()
    await assertAccessible(page, 'index')
    await noSideScroll(page, 'index')
    page.calm()
    await page.context().close()
  })

  test('a column sorts up and down, and the address keeps it', async () => {
    const page = await openPage(browser, `/registers/${C}?columns=road,pqi,condition,surface,division`)
    await ready(page)
    const head = page.getByRole('button', { name: /^PQI/ })
    await head.click()
    await page.waitForURL(/sort=/)
    const numbers = async () => (await column(page, 1)).map(Number).filter(Number.isFinite)
    await until(async () => {
      const up = await numbers()
      assert.ok(up.length > 1, 'a page of numbers to compare')
      assert.deepEqual(up, [...up].sort((a, b) => a - b))
    })
    const [least] = await numbers()
    await head.click()
    await page.waitForURL(/sort=-pqi/)
    await page.locator('[role=columnheader][aria-sort=descending]').waitFor()
    await until(async () => {
      const down = await numbers()
      assert.ok(down.length > 1 && down[0] >= least, 'the largest first')
      assert.deepEqual(down, [...down].sort((a, b) => b - a))
    })
    page.calm()
    await page.context().close()
  })

  test('a clause is said in words, stands as CQL2, and a mistake shows its place', async () => {
    const page = await openPage(browser, `/registers/${C}?columns=road,pqi,condition,division`)
    await ready(page)
    await page.getByRole('button', { name: '加条件' }).click()
    await page.getByPlaceholder('找一栏').fill('PQI')
    await page.locator('.fields button').first().click()
    await page.locator('.editor .num').fill('70')
    await page.locator('.editor select').selectOption('less')
    await page.locator('.editor button[type=submit]').click()
    await page.waitForURL(/filter=pqi/)
    assert.match(await page.locator('.clause').innerText(), /小于\s*70/)
    await until(async () => {
      const below = await column(page, 1)
      assert.ok(below.length > 1 && below.every((v) => v !== '' && Number(v) < 70), below.join(' '))
    })
    await page.getByRole('button', { name: '看 CQL2' }).click()
    const box = page.getByRole('textbox', { name: 'CQL2 表达式' })
    assert.equal(await box.inputValue(), 'pqi < 70')
    await box.fill('pqi < < 70')
    await page.getByRole('button', { name: '执行' }).click()
    await page.locator('.cql .hint strong').waitFor()
    await box.fill('pqi >= 70')
    await box.press('Control+Enter')
    await page.locator('.clause', { hasText: '至少' }).waitFor()
    await assertAccessible(page, 'register with a filter')
    await page.context().close()
  })

  test('two hundred thousand rows scroll, and a jump streams on', async () => {
    const { collections } = await api('/collections')
    const big = [...collections].sort((a, b) => b['x-sangzi'].count - a['x-sangzi'].count)[0]
    const page = await openPage(browser, `/registers/${big.id}`)
    await ready(page)
    // The page's own work a step, not the wall clock: the machine may be busy with others.
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Performance.enable')
    const work = async () => {
      const { metrics } = await cdp.send('Performance.getMetrics')
      return metrics.filter((m) => /^(Script|Layout|RecalcStyle)Duration$/.test(m.name)).reduce((n, m) => n + m.value * 1000, 0)
    }
    const before = await work()
    await page.evaluate(async () => {
      const box = document.querySelector('[role=grid]')
      for (let i = 0; i < 60; i++) {
        box.scrollTop += 400
        await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))
      }
    })
    const each = ((await work()) - before) / 60
    if (process.env.SANGZI_FRESH_MS) assert.ok(each < 40, `${each.toFixed(1)} ms a step`)
    assert.ok((await row(page).count()) < 80, 'only the rows on screen exist')
    await page.evaluate(() => { const box = document.querySelector('[role=grid]'); box.scrollTop = box.scrollHeight })
    await page.waitForFunction(
      () => [...document.querySelectorAll('[role=grid] .body [role=row]')].some((r) => !r.querySelector('.bone') && Number(r.ariaRowIndex) > document.querySelector('[role=grid]').ariaRowCount - 40),
      null, { timeout: 90_000 })
    await page.context().close()
  })

  test('arrows walk from record to record beside the list; Esc closes', async () => {
    const page = await openPage(browser, `/registers/${C}`)
    await ready(page)
    await page.locator('[role=grid]').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(/open=/)
    const first = new URL(page.url()).searchParams.get('open')
    await page.locator('aside.side dl').first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.waitForFunction((f) => new URL(location.href).searchParams.get('open') !== f, first)
    await assertAccessible(page, 'register with a record beside')
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => !location.search.includes('open='))
    page.calm()
    await page.context().close()
  })

  test('ticked rows are changed together after a look, and put back', async () => {
    const page = await openPage(browser, '/registers/road_defect?columns=kind,severity,state,division')
    await ready(page)
    for (const n of [0, 1, 2]) await row(page).nth(n).getByRole('checkbox').check()
    await page.getByRole('button', { name: '批量修改' }).click()
    const dialog = page.getByRole('dialog')
    const { properties } = await api('/collections/road_defect/schema')
    const name = properties.cost && !properties.cost.readOnly ? 'cost' : 'size'
    await dialog.locator('select').first().selectOption(name)
    await dialog.locator('.num').fill('77')
    await dialog.getByLabel(/为什么改/).fill('试验')
    await dialog.getByRole('button', { name: '看看会改成什么样' }).click()
    await dialog.getByText('会改 3 条').waitFor()
    await assertAccessible(page, 'preview of a change')
    await dialog.getByRole('button', { name: '改这 3 条' }).click()
    await dialog.getByText('已改 3 条').waitFor()
    await dialog.getByRole('button', { name: '撤回' }).click()
    await dialog.getByText('已撤回 3 条').waitFor()
    await page.context().close()
  })

  test('the export links answer', async () => {
    const page = await openPage(browser, `/registers/${C}?filter=${encodeURIComponent('pqi < 70')}`)
    await ready(page)
    await page.getByRole('button', { name: '导出' }).click()
    const links = await page.locator('.panel a.one').evaluateAll((list) => list.map((a) => a.href))
    assert.ok(links.length >= 3)
    for (const href of links.filter((h) => /f=(csv|xlsx|geojson)/.test(h))) {
      const got = await fetch(href)
      assert.equal(got.status, 200, href)
      await got.body.cancel()
    }
    await page.context().close()
  })

  test('a change made elsewhere is on screen at once', async () => {
    const list = await api('/collections/road_defect/items?limit=1')
    const id = list.features[0].id
    const page = await openPage(browser, '/registers/road_defect?columns=kind,size,state')
    await ready(page)
    await page.waitForTimeout(500)
    const got = await fetch(`${url}/collections/road_defect/items/${id}`)
    const size = Math.round(Math.random() * 8000) / 1000 + 1
    const patched = await fetch(`${url}/collections/road_defect/items/${id}`, {
      method: 'PATCH', headers: { 'If-Match': got.headers.get('etag'), 'Content-Type': 'application/merge-patch+json' }, body: JSON.stringify({ properties: { size } }),
    })
    assert.equal(patched.status, 200)
    await page.locator('[role=grid]').getByText(size.toLocaleString('zh-CN', { maximumFractionDigits: 2 }), { exact: true }).first().waitFor({ timeout: Number(process.env.SANGZI_FRESH_MS ?? 30_000) })
    await page.context().close()
  })

  test('the list prints with its sentence, a repeated head, places for names and the way back', async () => {
    const page = await openPage(browser, `/registers/${C}?filter=${encodeURIComponent('pqi < 70')}`)
    await ready(page)
    await page.getByRole('button', { name: '打印' }).click()
    const sheet = page.locator('article.sheet')
    await sheet.locator('tbody tr').first().waitFor()
    assert.match(await sheet.innerText(), /PQI 小于 70/)
    for (const word of ['填表人', '审核人', '盖章']) assert.match(await sheet.innerText(), new RegExp(word))
    await sheet.locator('svg').first().waitFor()
    assert.equal(await sheet.locator('thead').evaluate((e) => getComputedStyle(e).display), 'table-header-group')
    await assertAccessible(page, 'print view')
    const pdf = await page.pdf({ preferCSSPageSize: true })
    assert.ok(pdf.length > 5000)
    await page.context().close()
  })

  for (const [what, look, width] of [['phone', {}, 390], ['dark', { light: 'dark' }, 1440], ['长辈版', { size: 'elder' }, 1440], ['长辈版 phone', { size: 'elder' }, 390], ['English', { lang: 'en' }, 1440]])
    test(`the register is accessible: ${what}`, async () => {
      const page = await openPage(browser, `/registers/${C}`, { look, width, height: 844 })
      await ready(page)
      await assertAccessible(page, what)
      await noSideScroll(page, what)
      page.calm()
      await page.context().close()
    })

  test('what does not exist says so, and offers the next step', async () => {
    const page = await openPage(browser, '/registers/no_such_thing')
    await page.getByText('没有这本台账').waitFor()
    await page.goto(`${url}/app/registers/${C}?filter=${encodeURIComponent('pqi < 0')}`)
    await page.getByText('没有符合的记录').waitFor()
    await page.getByRole('button', { name: /去掉“PQI/ }).click()
    await ready(page)
    await page.context().close()
  })
})
