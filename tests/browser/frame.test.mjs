// Tour, role, language, letters, keyboard; axe on every page.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { api, assertAccessible, noSideScroll, openBrowser, openPage, settled, skip } from './lib.mjs'

describe('the frame', { skip }, () => {
  let browser
  before(async () => (browser = await openBrowser()))
  after(() => browser?.close())

  test('the tour has eight stops, can be left and taken up again', async () => {
    const page = await openPage(browser, '/map')
    await page.locator('.band .tour').click()
    const guide = page.locator('aside.guide')
    await guide.waitFor()
    const { tour } = await api('/demo')
    assert.equal(tour.length, 8)
    for (const [i, stop] of tour.entries()) {
      await guide.getByText(`第 ${i + 1} 站，共 8 站`).waitFor()
      await guide.getByRole('heading', { name: stop.title }).waitFor()
      if (i === 1) {
        await guide.getByRole('button', { name: '收成一行' }).click()
        await guide.locator('.next').waitFor({ state: 'hidden' })
        await guide.getByRole('button', { name: '展开' }).click()
      }
      if (i === 2) {
        await guide.getByRole('button', { name: '先到这里' }).click()
        await page.locator('.band .tour').click()
        await guide.getByText('第 3 站，共 8 站').waitFor()
      }
      await guide.locator('.next').click()
    }
    await guide.getByText('八站走完了').waitFor()
    await page.context().close()
  })

  test('a role sets the door and the division, and says that it is only a demonstration', async () => {
    const page = await openPage(browser, '/map')
    const { actors } = await api('/demo')
    const node = await api('/node')
    const who = actors.find((a) => a.division !== node.division) ?? actors[0]
    await page.getByRole('button', { name: /体验身份/ }).click()
    await page.getByText('仅演示，无权限控制').waitFor()
    await page.getByRole('button', { name: new RegExp(who.name) }).click()
    await page.waitForURL((u) => !u.pathname.endsWith('/map'))
    if (who.division !== node.division) assert.equal(new URL(page.url()).searchParams.get('division'), who.division)
    await page.context().close()
  })

  test('the whole page speaks English when asked', async () => {
    const page = await openPage(browser, '/day')
    await page.getByRole('heading', { name: '我的一天' }).waitFor()
    await page.getByRole('button', { name: '显示' }).click()
    await page.getByRole('radio', { name: 'English' }).check()
    await page.getByRole('heading', { name: 'My day' }).waitFor()
    assert.equal(await page.locator('html').getAttribute('lang'), 'en')
    assert.match(await page.locator('nav').first().innerText(), /One map/)
    await page.context().close()
  })

  test('长辈版 enlarges the letters and keeps the content', async () => {
    const page = await openPage(browser, '/day')
    const size = () => page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize))
    const before = await size()
    await page.getByRole('button', { name: '长辈版' }).click()
    assert.ok((await size()) >= 20 && before < 20)
    await noSideScroll(page, 'large letters')
    await page.context().close()
  })

  test('the keyboard reaches the content first, with a visible focus', async () => {
    const page = await openPage(browser, '/tasks')
    await page.locator('[data-task="01"]').waitFor()
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('href')), '#content')
    await page.keyboard.press('Tab')
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle)
    assert.notEqual(outline, 'none')
    await page.context().close()
  })

  test('the 28 tasks stand on one page', async () => {
    const page = await openPage(browser, '/tasks')
    await page.locator('[data-task="28"]').waitFor()
    assert.equal(await page.locator('[data-task]').count(), 28)
    await page.locator('[data-task="02"]').click()
    await page.waitForURL(/tasks\/02/)
    page.calm()
    await page.context().close()
  })

  test('a figure opens to the records it counts', async () => {
    const page = await openPage(browser, '/indicators')
    await page.locator('a.figure').first().click()
    await page.locator('[data-tour=records]').click()
    await page.waitForURL(/registers\//)
    await page.context().close()
  })

  const paths = ['/map', '/day', '/registers', '/registers/road_section', '/new/road_defect', '/imports', '/jobs', '/queue', '/indicators',
    '/tasks', '/tasks/02', '/tasks/01', '/wall', '/v', '/c', '/nowhere']
  for (const path of paths)
    test(`axe finds nothing on ${path}`, async () => {
      const page = await openPage(browser, path)
      await page.locator('h1').first().waitFor({ state: 'attached' })
      await settled(page)
      await assertAccessible(page, path)
      await noSideScroll(page, path)
      await page.context().close()
    })

  test('axe finds nothing at night, in large letters, on a phone', async () => {
    for (const [path, options] of [
      ['/map', { look: { light: 'dark' } }],
      ['/day', { look: { light: 'dark' } }],
      ['/day', { look: { size: 'elder' } }],
      ['/map', { width: 390, height: 844 }],
      ['/day', { width: 390, height: 844 }],
      ['/v', { width: 390, height: 844, look: { size: 'elder' } }],
    ]) {
      const page = await openPage(browser, path, options)
      await page.locator('h1').first().waitFor({ state: 'attached' })
      await settled(page)
      await assertAccessible(page, `${path} ${JSON.stringify(options)}`)
      await noSideScroll(page, path)
      await page.context().close()
    }
  })
})
