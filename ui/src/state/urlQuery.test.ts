import { expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { minding, setQuery } from './urlQuery'

const blank = { template: '<i/>' }
const tick = () => new Promise((done) => setTimeout(done, 5))

it('sends what is set in one tick together', async () => {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/map', component: blank }] })
  minding(router)
  await router.push('/map?division=99')
  setQuery(router, { view: '10/31/111' })
  setQuery(router, { open: 'road/1', division: undefined })
  await tick()
  expect(router.currentRoute.value.query).toEqual({ view: '10/31/111', open: 'road/1' })
})

it('does not call back a page that is on its way', async () => {
  const slow = () => new Promise<typeof blank>((done) => setTimeout(() => done(blank), 20))
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/map', component: blank }, { path: '/day', component: slow }] })
  minding(router)
  await router.push('/map')
  const going = router.push('/day')
  await tick()
  setQuery(router, { view: '10/31/111' })
  await going
  expect(router.currentRoute.value.fullPath).toBe('/day')
})
