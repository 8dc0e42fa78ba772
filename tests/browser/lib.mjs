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
  page.on('console', (m) => m.type() === 'error' && !/GPU|WebGL|GL Driver/.test(m.text()) && errors.push(m.text()))
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
  await page.locator('.maplibregl-canvas').waitFor()
  await page.locator('[data-layer]').first().waitFor()
  await page.waitForFunction(() => /view=/.test(location.search))
  await page.waitForTimeout(1500)
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
