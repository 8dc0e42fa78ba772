// What every browser test needs: Debian's Chromium, a page of the application, axe.
// SANGZI_URL is the server's address, e.g. http://127.0.0.1:8080; without it the tests are skipped.
import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import assert from 'node:assert/strict'

const require = createRequire(new URL('../../ui/package.json', import.meta.url))
const { chromium } = require('playwright-core')

export const url = process.env.SANGZI_URL?.replace(/\/$/, '')
export const skip = url ? false : 'SANGZI_URL is not set'

const args = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--force-prefers-reduced-motion']

export const openBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args })

/** A fresh page; what the console calls an error fails the test that asks for `page.calm()`. */
export async function openPage(browser, path, { width = 1440, height = 900, look = {}, actor, workers = 'block' } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale: 'zh-CN', hasTouch: width < 768, serviceWorkers: workers })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const errors = []
  page.on('pageerror', (e) => errors.push(e.message))
  // A server that is still adding up says 503 and is asked again: that is no error of the page.
  const adding = (m) => /\/tiles\/sums\?/.test(m.location().url) && /503/.test(m.text())
  page.on('console', (m) => m.type() === 'error' && !/GPU|WebGL|GL Driver/.test(m.text()) && !adding(m) && errors.push(m.text()))
  await page.addInitScript(
    ([l, a]) => {
      if (!localStorage.getItem('sangzi.look')) localStorage.setItem('sangzi.look', JSON.stringify({ lang: 'zh', light: 'paper', size: 'office', scale: 1, ...l }))
      if (a) localStorage.setItem('sangzi.actor', JSON.stringify(a))
    },
    [look, actor],
  )
  await page.goto(`${url}/app${path}`)
  page.calm = () => assert.deepEqual(errors, [], 'the console is quiet')
  return page
}

/** The map stands and has drawn what it was asked for. */
export async function mapDrawn(page) {
  await page.locator('[data-layer]').first().waitFor()
  await page.waitForFunction(() => /view=/.test(location.search))
  await page.locator('.canvas[data-drawn]').first().waitFor()
}

/** Every map of the page has drawn what it was asked for, and nothing is a skeleton any more. */
export async function settled(page) {
  await page.waitForFunction(() => !document.querySelector('.bones') && [...document.querySelectorAll('.maplibregl-map')].every((m) => m.hasAttribute('data-drawn')))
}

const axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8')
export async function assertAccessible(page, what) {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => globalThis.axe.run())
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(' | ')}`), [], what)
}

export const api = async (path) => (await fetch(url + path, { headers: { 'Accept-Language': 'zh' } })).json()

export async function noSideScroll(page, what) {
  // The page itself, and the part of it that scrolls.
  const over = await page.evaluate(() => {
    const main = document.getElementById('content')
    return Math.max(document.documentElement.scrollWidth - innerWidth, main ? main.scrollWidth - main.clientWidth : 0)
  })
  assert.ok(over <= 0, `${what}: ${over} px too wide`)
}

/** A small picture, made by the page itself. */
export async function picture(page) {
  const data = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 })
    const pen = canvas.getContext('2d')
    pen.fillStyle = `rgb(${Math.random() * 255},120,90)`
    pen.fillRect(0, 0, 64, 48)
    pen.fillText(String(Math.random()), 2, 30)
    return canvas.toDataURL('image/png').split(',')[1]
  })
  return Buffer.from(data, 'base64')
}

/** Whether this server holds files; until it does, what needs them is left out. */
export const filesFace = async () => (await fetch(`${url}/files?name=none`, { method: 'POST', headers: { 'Content-Type': 'image/png' }, body: '' })).status !== 404

/** Asks again until `check` holds: a page that is still reading is no failure, one that stays wrong is. */
export async function until(check, ms = 30_000) {
  for (const end = Date.now() + ms; ; await new Promise((done) => setTimeout(done, 100)))
    try {
      return await check()
    } catch (error) {
      if (Date.now() > end) throw error
    }
}

/** A record made through the public face: what is compulsory is taken from another of its register. */
export async function makeRecord(collection, properties, geometry) {
  const schema = await api(`/collections/${collection}/schema`)
  const like = (await api(`/collections/${collection}/items?limit=1`)).features[0]
  const own = Object.fromEntries((schema.required ?? []).filter((n) => n in like.properties && !schema.properties[n]?.readOnly).map((n) => [n, like.properties[n]]))
  const made = await fetch(`${url}/collections/${collection}/items`, {
    method: 'POST', headers: { 'Content-Type': 'application/geo+json', 'Sangzi-Source': 'form', 'Sangzi-Actor': encodeURIComponent('王敏') },
    body: JSON.stringify({ type: 'Feature', geometry: geometry ?? like.geometry, properties: { ...own, ...properties } }),
  })
  assert.equal(made.status, 201, `${collection}: ${made.status} ${made.status === 201 ? '' : await made.text()}`)
  return made.headers.get('location').split('/').pop()
}
