// Every part of a file, a card and a panel is shown with data in it: what a part never shows, nobody misses until it is needed.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { api, assertAccessible, makeRecord, noSideScroll, openBrowser, openPage, picture, settled, skip, until, url } from './lib.mjs'

const actor = { name: '王敏', post: '交通局养护股长', division: '990121000000', divisionName: '云穗县', door: 'desk' }
const parts = {
  road_structure: { tab: /桥隧涵/, words: ['试验危桥', '危桥', '限载 10 吨', '4 类'] },
  road_defect: { tab: /病害/, words: ['坍塌', '影响安全', '重'] },
  road_work: { tab: /养护工程/, words: ['试验大修两段', '大修', '施工'] },
  road_inspection: { tab: /检测/, words: ['试验巡检批', '巡检', 'IRI 3.2'] },
}

describe('every part with data in it', { skip }, () => {
  let browser, road, one, two, made

  before(async () => {
    browser = await openBrowser()
    // The road with the most sections; its first two get one of everything.
    const { features } = await api('/collections/road_section/items?limit=500&sortby=from_stake')
    const by = Map.groupBy ? Map.groupBy(features, (f) => f.properties.road) : features.reduce((m, f) => m.set(f.properties.road, [...(m.get(f.properties.road) ?? []), f]), new Map())
    const [id, sections] = [...by].sort((a, b) => b[1].length - a[1].length)[0]
    road = await api(`/collections/road/items/${id}`)
    ;[one, two] = sections
    const line = one.geometry
    const point = { type: 'Point', coordinates: line.coordinates[Math.floor(line.coordinates.length / 2)] }
    const page = await openPage(browser, '/day')
    const sent = await fetch(`${url}/files?name=a.png`, { method: 'POST', headers: { 'Content-Type': 'image/png' }, body: await picture(page) })
    await page.context().close()
    const now = new Date().toISOString()
    made = {
      road_structure: await makeRecord('road_structure', { name: '试验危桥', section: one.id, stake: one.properties.from_stake, kind: '桥', span: 20, length: 30, grade: '4', weight_limit: 10, last_check: '2026-10-01' }, point),
      road_defect: await makeRecord('road_defect', { section: one.id, kind: '坍塌', severity: '重', safety: true, state: '发现', found_at: now, photos: [(await sent.json()).id], note: '半幅塌了' }, point),
      road_work: await makeRecord('road_work', { name: '试验大修两段', kind: '大修', sections: [one.id, two.id], budget: 1000000, spent: 20000, start: '2026-11-01', end: '2026-12-20', state: '施工' }, line),
      road_inspection: await makeRecord('road_inspection', { batch: '试验巡检批', section: one.id, at: now, by: '巡检', direction: '上', iri: 3.2 }, line),
    }
  })
  after(() => browser?.close())

  /** The words of a made record stand in its line of the list. */
  async function holds(list, collection) {
    const line = list.locator('li', { hasText: parts[collection].words[0] }).filter({ hasText: parts[collection].words.at(-1) }).first()
    await line.waitFor()
    const said = await line.innerText()
    for (const w of parts[collection].words) assert.ok(said.includes(w), `${collection}: “${w}” in “${said}”`)
    assert.match(said, /K\d+\+\d{3}/, `${collection}: its stake`)
    return line
  }

  for (const [what, width] of [['a desk', 1440], ['a phone', 390]])
    test(`the file of a road holds structures, defects, works and inspections, on ${what}`, async () => {
      const page = await openPage(browser, `/records/road/${road.id}`, { width, height: 844 })
      await page.locator('[data-road-file] .strip .line button').first().waitFor()
      await page.locator('.strip .mark.danger').first().waitFor({ state: 'attached' }) // the dangerous bridge is on the strip
      await page.locator('.strip .shares li').first().waitFor() // kilometres by class
      for (const c of Object.keys(parts)) await holds(page.locator(`[data-part=${c}]`), c)
      await settled(page)
      assert.ok((await page.locator('.two dl .fact').count()) > 5, 'its facts')
      assert.ok((await page.locator('.two .group .head').count()) > 0, 'what belongs to it')
      assert.ok((await page.locator('.two ol li').count()) > 0, 'its changes')
      await assertAccessible(page, 'a road')
      await noSideScroll(page, 'a road')
      page.calm()
      await page.context().close()
    })

  test('a part leads to its record, and that back to the road', async () => {
    const page = await openPage(browser, `/records/road_section/${two.id}`)
    await holds(page.locator('[data-part=road_work]'), 'road_work')
    await page.locator(`[data-part=road_work] a[href$="/${made.road_work}"]`).click()
    await page.waitForURL(new RegExp(`records/road_work/${made.road_work}`))
    await page.locator('.two dl .fact', { hasText: '工程预算' }).getByText('1,000,000').waitFor()
    await page.locator(`.two dl a[href$="/records/road_section/${one.id}"]`).click()
    await page.waitForURL(new RegExp(`records/road_section/${one.id}`))
    await page.context().close()
  })

  test('beside the map each tab of the file shows what it holds', async () => {
    const page = await openPage(browser, `/map?open=road_section/${one.id}`)
    const panel = page.locator('aside.side')
    await panel.locator('[role=tab]').first().waitFor()
    await panel.locator('[role=tabpanel] dl .fact').nth(5).waitFor()
    assert.ok((await panel.locator('[role=tabpanel] h3', { hasText: /本路段/ }).count()) === 1, 'the section’s own facts')
    await panel.locator('[role=tabpanel] h3', { hasText: road.properties.name }).waitFor()
    for (const [c, { tab }] of Object.entries(parts)) {
      await panel.getByRole('tab', { name: tab }).click()
      assert.match(await panel.getByRole('tab', { name: tab }).innerText(), /\d/, `${c}: how many`)
      await holds(panel.locator(`[data-part=${c}]`), c)
      await assertAccessible(page, `the tab of ${c}`)
    }
    await panel.getByRole('tab', { name: /变更/ }).click()
    await panel.locator('[role=tabpanel] ol li').first().waitFor()
    // A part opens in the same panel, and the map stays.
    await panel.getByRole('tab', { name: parts.road_work.tab }).click()
    await panel.locator(`[data-part=road_work] a[href*="${made.road_work}"]`).click()
    await page.waitForURL(new RegExp(`map.*open=road_work/${made.road_work}`))
    await panel.locator('h2', { hasText: '试验大修两段' }).waitFor()
    await panel.locator('dl .fact').first().waitFor()
    page.calm()
    await page.context().close()
  })

  test('beside the map a record shows facts, photos, what belongs to it, what lies along it, its changes', async () => {
    const page = await openPage(browser, `/map?open=road_defect/${made.road_defect}`)
    const panel = page.locator('aside.side')
    await panel.locator('dl .fact', { hasText: '半幅塌了' }).waitFor()
    await panel.locator('[data-photos] img').first().waitFor()
    await panel.locator('[data-beside]').getByText(/养护工程 \d+ 条/).waitFor()
    await panel.locator('[data-beside]').getByText(/构造物 \d+ 条/).waitFor()
    await panel.locator('[data-beside] li a', { hasText: '试验危桥' }).first().waitFor()
    await panel.locator('ol li').first().waitFor()
    await panel.locator('ol li .foot code').first().waitFor()
    await assertAccessible(page, 'a defect beside the map')
    page.calm()
    await page.context().close()
  })

  test('beside a list too, and a person’s groups are there with their newest', async () => {
    const page = await openPage(browser, `/registers/road_work?open=road_work/${made.road_work}`)
    const panel = page.locator('aside.side')
    await panel.locator('h2', { hasText: '试验大修两段' }).waitFor()
    await panel.locator('dl .fact', { hasText: '大修' }).first().waitFor()
    await panel.locator('ol li').first().waitFor()
    const section = await openPage(browser, `/records/road_section/${one.id}`)
    for (const title of ['构造物', '病害', '养护工程', '路况检测'])
      await section.locator('.two .group .head', { hasText: new RegExp(`${title} \\d+ 条`) }).waitFor()
    await section.locator('.two .group li a', { hasText: '试验大修两段' }).first().waitFor()
    await section.context().close()
    await page.context().close()
  })

  test('my day holds what waits, figures, cards and what people changed; the phone doors theirs', async () => {
    const page = await openPage(browser, '/day', { actor })
    await page.locator('[data-waiting] li').first().waitFor()
    assert.match(await page.locator('[data-waiting] h2').innerText(), /\d/)
    await page.locator('[data-waiting] li .danger').first().waitFor()
    assert.match(await page.locator('[data-waiting] li').first().innerText(), /影响安全/, 'danger first')
    await page.locator('.card.story').first().waitFor()
    await page.locator('a.figure').first().waitFor()
    await page.getByRole('heading', { name: '最近的变更' }).locator('..').locator('li', { hasText: '试验' }).first().waitFor()
    await page.context().close()
    const cadre = await openPage(browser, '/c', { actor, width: 390, height: 844 })
    await cadre.locator('.rows li').nth(2).waitFor()
    await cadre.locator('a.big[href^="/app/new/road_defect"]').waitFor()
    await cadre.context().close()
    const villager = await openPage(browser, '/v', { width: 390, height: 844 })
    await villager.locator('a.big[href^="/app/new/road_defect"]').getByText('我要反映').waitFor()
    await villager.context().close()
  })

  test('what a list leaves out is said, and brought', async () => {
    const want = (await api(`/collections/road_section/items?limit=500&filter=${encodeURIComponent(`road = '${road.id}'`)}`)).features.map((f) => `'${f.id}'`)
    const all = (await api(`/collections/road_inspection/items?limit=1&count=exact&filter=${encodeURIComponent(`section IN (${want.slice(0, 60)})`)}`)).numberMatched
    const page = await openPage(browser, '/day')
    // As if a page held one record: what stands for a road with thousands.
    await page.route(/collections\/road_inspection\/items\?.*limit=200/, (route) => route.continue({ url: route.request().url().replace('limit=200', 'limit=1') }))
    await page.goto(`${url}/app/records/road/${road.id}`)
    const part = page.locator('[data-part=road_inspection]')
    await part.locator('li').first().waitFor()
    assert.ok(all > 2, 'enough to leave out')
    await part.getByText(`还有 ${(all - 1).toLocaleString('zh-CN')} 条没有列出`).waitFor()
    assert.match(await part.locator('h3').innerText(), new RegExp(`${all}`), 'the total is the total')
    await part.getByRole('button', { name: '再列一些' }).click()
    await part.getByText(`还有 ${(all - 2).toLocaleString('zh-CN')} 条没有列出`).waitFor()
    assert.equal(await part.locator('li').count(), 2)
    await page.context().close()
  })

  test('a part that cannot be read says so and is asked for again', async () => {
    const page = await openPage(browser, '/day')
    let broken = true
    await page.route(/collections\/road_work\/items\?.*limit=200/, (route) => (broken ? route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"type":"/problems/x","title":"忙","status":503,"detail":"现在忙"}' }) : route.continue()))
    await page.goto(`${url}/app/records/road/${road.id}`)
    const part = page.locator('[data-part=road_work]')
    await part.getByText('现在忙').waitFor()
    broken = false
    await part.getByRole('button', { name: '再试一次' }).click()
    await holds(part, 'road_work')
    await page.context().close()
  })

  test('no list is counted unasked; a person asks for the number', async () => {
    const page = await openPage(browser, '/day')
    const exact = []
    await page.route(/\/collections\/[^/]+\/items\?/, async (route) => {
      const address = route.request().url()
      if (address.includes('count=exact')) exact.push(address)
      const answer = await route.fetch()
      const body = await answer.json()
      if (!address.includes('count=exact')) delete body.numberMatched // as of a register too large to be counted by the way
      await route.fulfill({ response: answer, json: body })
    })
    const filter = 'iri > 0'
    const all = (await api(`/collections/road_inspection/items?limit=1&count=exact&filter=${encodeURIComponent(filter)}`)).numberMatched
    assert.ok(all > 100)
    await page.goto(`${url}/app/registers/road_inspection?filter=${encodeURIComponent(filter)}`)
    await until(async () => assert.equal(await page.locator('[data-count]').innerText(), '100+ 条'))
    for (const path of [`/records/road_section/${one.id}`, '/day', '/map']) {
      const other = await page.context().newPage()
      await other.goto(`${url}/app${path}`)
      await other.locator('h1').first().waitFor({ state: 'attached' })
      await settled(other)
      await other.close()
    }
    assert.deepEqual(exact, [], 'nobody asked')
    await assertAccessible(page, 'a list not counted')
    await page.locator('[data-count-all]').click()
    await until(async () => assert.equal(await page.locator('[data-count]').innerText(), `${all.toLocaleString('zh-CN')} 条`))
    assert.equal(exact.length, 1)
    await page.locator('[data-count-all]').waitFor({ state: 'detached' })
    await page.context().close()
  })
})
