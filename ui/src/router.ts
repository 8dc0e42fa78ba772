// The pages, each loaded when it is opened. `meta.title` is a text key; `meta.bare` pages have no desk frame.
import { watch } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { actor } from '@/api/actor'
import { look } from '@/theme/look'
import { node } from '@/state/county'
import { minding } from '@/state/urlQuery'
import { t, type TextKey } from '@/texts'

declare module 'vue-router' {
  interface RouteMeta {
    title?: TextKey
    bare?: boolean
    /** The page fills the window and scrolls nothing itself. */
    full?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: (to) => ({ path: actor.value ? '/day' : '/map', query: to.query }) },
  { path: '/day', component: () => import('./day/DayPage.vue'), meta: { title: 'day.title' } },
  { path: '/map', component: () => import('./map/MapPage.vue'), meta: { title: 'map.title', full: true } },
  { path: '/registers', component: () => import('./register/RegistersPage.vue'), meta: { title: 'register.title' } },
  { path: '/registers/:collection', component: () => import('./pages/RegisterPage.vue'), meta: { title: 'register.title', full: true } },
  { path: '/records/:collection/:id', component: () => import('./pages/RecordPage.vue'), meta: { title: 'record.title' } },
  { path: '/new/:collection', component: () => import('./form/NewPage.vue'), meta: { title: 'form.title' } },
  { path: '/imports', component: () => import('./import/ImportsPage.vue'), meta: { title: 'imports.title' } },
  { path: '/imports/:id', component: () => import('./import/ImportPage.vue'), meta: { title: 'imports.title' } },
  { path: '/queue', component: () => import('./offline/QueuePage.vue'), meta: { title: 'queue.title' } },
  { path: '/jobs', component: () => import('./jobs/JobsPage.vue'), meta: { title: 'jobs.title' } },
  { path: '/jobs/:id', component: () => import('./jobs/JobsPage.vue'), meta: { title: 'jobs.title' } },
  { path: '/indicators', component: () => import('./indicators/IndicatorsPage.vue'), meta: { title: 'indicators.title' } },
  { path: '/indicators/:id', component: () => import('./indicators/IndicatorPage.vue'), meta: { title: 'indicators.title' } },
  { path: '/tasks', component: () => import('./tasks/TasksPage.vue'), meta: { title: 'tasks.title' } },
  { path: '/tasks/:id', component: () => import('./tasks/TaskPage.vue'), meta: { title: 'tasks.title' } },
  { path: '/wall', component: () => import('./wall/WallPage.vue'), meta: { title: 'wall.title', bare: true, full: true } },
  { path: '/v', component: () => import('./pages/VillagerDoor.vue'), meta: { title: 'frame.villagerHome', bare: true } },
  { path: '/c', component: () => import('./pages/CadreDoor.vue'), meta: { title: 'frame.cadreHome', bare: true } },
  { path: '/:rest(.*)*', component: () => import('./pages/NotFound.vue'), meta: { title: 'error.notFound' } },
]

export const router = createRouter({
  history: createWebHistory('/app/'),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

minding(router)

// An address made for the API sorts by `sortby`; ours says `sort`.
router.beforeEach((to) => {
  if (typeof to.query.sortby !== 'string') return true
  const { sortby, ...query } = to.query
  return { path: to.path, query: { sort: sortby, ...query }, hash: to.hash, replace: true }
})

// The division scopes everything: it goes along from page to page until it is changed.
router.beforeEach((to, from) => {
  if (to.path === from.path || 'division' in to.query || typeof from.query.division !== 'string') return true
  return { path: to.path, query: { ...to.query, division: from.query.division }, hash: to.hash }
})

watch(
  [() => router.currentRoute.value.meta.title, () => look.lang, () => node.value?.name],
  ([title, , county]) => {
    document.title = [title ? t(title) : '', county, t('frame.name')].filter(Boolean).join(' · ')
  },
  { immediate: true },
)
