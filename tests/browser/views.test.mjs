// List, map, board, chart: four ways to see one filter, each in the address.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { api, assertAccessible, noSideScroll, openBrowser, openPage, skip, url } from './lib.mjs'

const actor = { name: '王敏', post: '交通局养护股长', division: '990121000000', divisionName: '云穗县', door: 'desk' }

describe('the views of a register', { skip }, () => {
  let browser
  before(async () => (browser = await openBrowser()))
  after(() => browser?.close())

  test('a chart counts the filter, its table says the same, a bar opens its records', async () => {
    const page = await openPage(browser, `/registers/road_section?filter=${encodeURIComponent('pqi < 90')}`)
    await page.getByRole('button', { name: '图表' }).click()
    await page.waitForURL(/as=chart/)
    await page.locator('svg.bars .row').first().waitFor()
    const want = await api(`/collections/road_section/statistics?group=condition&filter=${encodeURIComponent('pqi < 90')}`)
    await assertAccessible(page, 'chart')
    await page.locator('.view').focus()
    await page.keyboard.press('t')
    const rows = page.locator('.view tbody tr')
    await rows.first().waitFor()
    for (const g of want.groups) assert.equal(await rows.filter({ has: page.getByRole('button', { name: g.value, exact: true }) }).locator('td').first().innerText(), String(g.count))
    await assertAccessible(page, 'chart as a table')
    await page.getByRole('button', { name: '次', exact: true }).click()
    await page.waitForURL((u) => u.searchParams.get('filter') === "pqi < 90 AND condition = '次'" && !u.searchParams.has('as'))
    await page.locator('.clause', { hasText: '次' }).waitFor()
    page.calm()
    await page.context().close()
  })

  test('a chart is saved as a picture and as a sheet', async () => {
    const page = await openPage(browser, '/registers/road_section?as=chart&by=division&of=sum:length')
    await page.locator('svg.bars .row').first().waitFor()
    for (const [button, ending] of [['存成图片', /\.png$/], ['存成表格', /\.csv$/]]) {
      const [got] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()])
      assert.match(got.suggestedFilename(), ending)
    }
    const { divisions } = { divisions: (await api('/divisions')).children }
    assert.equal(await page.locator('svg.bars .row').count(), divisions.length, 'villages are gathered under townships')
    await page.context().close()
  })

  test('a card moved to another column is a journalled change, and comes back', async () => {
    const page = await openPage(browser, '/registers/road_defect?as=board&by=severity', { actor })
    await page.locator('[data-column=轻] [data-card]').first().waitFor()
    await assertAccessible(page, 'board')
    const card = page.locator('[data-column=轻] [data-card]').first()
    const id = await card.getAttribute('data-card')
    await card.focus()
    await page.keyboard.press('Alt+ArrowRight')
    await page.getByText(/已把.*改成中/).waitFor()
    const past = await api(`/collections/road_defect/items/${id}/history`)
    assert.deepEqual([past.versions[0].who, past.versions[0].changes[0].to], ['王敏', '中'])
    await page.getByRole('button', { name: '撤回' }).click()
    await page.getByText('已撤回').waitFor()
    assert.equal((await api(`/collections/road_defect/items/${id}`)).properties.severity, '轻')
    await page.locator('[data-column=中] [data-card]').first().dragTo(page.locator('[data-column=重]'))
    await page.getByText(/改成重/).waitFor()
    await page.getByRole('button', { name: '撤回' }).click()
    await page.getByText('已撤回').waitFor()
    page.calm()
    await page.context().close()
  })

  test('the map of a list opens a record beside it', async () => {
    const page = await openPage(browser, '/registers/road_section?as=map')
    await page.locator('.wrap .maplibregl-canvas').waitFor()
    await page.getByRole('button', { name: '列表' }).click()
    await page.waitForURL((u) => !u.searchParams.has('as'))
    await page.goto(`${url}/app/registers/person`)
    await page.getByRole('button', { name: '图表' }).waitFor()
    assert.equal(await page.getByRole('group', { name: '换一种看法' }).getByRole('button', { name: '地图' }).count(), 0, 'no map of what has no place')
    await page.context().close()
  })

  test('fits a phone, both lights and large letters', async () => {
    for (const [look, width] of [[{}, 390], [{ light: 'dark' }, 1440], [{ size: 'elder' }, 390]])
      for (const as of ['chart', 'board']) {
        const page = await openPage(browser, `/registers/road_defect?as=${as}`, { look, width, height: 844 })
        await page.locator(as === 'chart' ? 'svg.bars .row' : '[data-card]').first().waitFor()
        await assertAccessible(page, `${as} ${JSON.stringify(look)} ${width}`)
        await noSideScroll(page, `${as} ${width}`)
        await page.context().close()
      }
  })
})
