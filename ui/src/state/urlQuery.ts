// One value of the URL's query as a writable ref: the URL is the state.
// Values set in the same tick travel together; what was set on a page that is left meanwhile is dropped.
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type Router } from 'vue-router'

interface Pending {
  path: string
  values: Map<string, string | undefined>
  push: boolean
}
let pending: Pending | undefined

// A page on its way (its code still loading) is not to be called back by a view that moved meanwhile.
let going: string | undefined
export function minding(router: Router): void {
  router.beforeEach((to) => {
    going = to.path
  })
  const there = (): void => {
    going = undefined
  }
  router.afterEach(there)
  router.onError(there)
}

function flush(router: Router): void {
  const p = pending
  pending = undefined
  const current = router.currentRoute.value
  if (!p || p.path !== current.path || (going !== undefined && going !== current.path)) return
  const query = { ...current.query }
  for (const [name, value] of p.values) {
    if (value) query[name] = value
    else delete query[name]
  }
  void router[p.push ? 'push' : 'replace']({ path: current.path, query, hash: current.hash })
}

export function setQuery(router: Router, values: Record<string, string | undefined>, push = false): void {
  const path = router.currentRoute.value.path
  if (!pending || pending.path !== path) {
    pending = { path, values: new Map(), push: false }
    queueMicrotask(() => flush(router))
  }
  pending.push ||= push
  for (const [name, value] of Object.entries(values)) pending.values.set(name, value)
}

export function useQuery(name: string, replace = true): WritableComputedRef<string | undefined> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => {
      const value = route.query[name]
      return typeof value === 'string' && value !== '' ? value : undefined
    },
    set: (value) => setQuery(router, { [name]: value }, !replace),
  })
}
