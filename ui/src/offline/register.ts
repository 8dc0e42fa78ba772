// Makes the application work without a line: the worker, and what every page needs read once through it.
import { getDivision, getStyle } from '@/api/county'
import { getCollections, getSchema } from '@/api/features'
import type { CollectionSchema } from '@/api/types'
import { loadCounty } from '@/state/county'
import { chosenFrom, wholeList } from './lists'

async function warm(): Promise<void> {
  await Promise.all([loadCounty(), getDivision(), getStyle()])
  const got = await getCollections()
  if (!got.ok) return
  const schemas: CollectionSchema[] = []
  for (const c of got.value.collections) {
    const schema = await getSchema(c.id)
    if (schema.ok) schemas.push(schema.value)
  }
  for (const c of chosenFrom(got.value.collections, schemas)) await wholeList(c)
  document.documentElement.dataset.kept = 'yes'
}

const AGAIN = 'sangzi.again'
export function workOffline(): void {
  // Parts of an older build that are no longer there: the page is read anew.
  window.addEventListener('vite:preloadError', () => {
    const last = Number(sessionStorage.getItem(AGAIN) ?? 0)
    if (Date.now() - last < 20_000) return // not there either: the page says what failed
    sessionStorage.setItem(AGAIN, String(Date.now()))
    location.reload()
  })
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || !isSecureContext) return
  const worker = navigator.serviceWorker
  const fresh = !worker.controller
  window.addEventListener('load', () => void worker.register('/app/sw.js', { scope: '/app/' }).catch(() => undefined))
  // Read before the worker stood: once more, so that it is kept.
  if (fresh) worker.addEventListener('controllerchange', () => setTimeout(() => void warm(), 2000), { once: true })
}
