// One value of the URL's query as a writable ref: the URL is the state.
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export function useQuery(name: string, replace = true): WritableComputedRef<string | undefined> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => {
      const value = route.query[name]
      return typeof value === 'string' && value !== '' ? value : undefined
    },
    set: (value) => {
      const current = router.currentRoute.value
      const query = { ...current.query }
      if (value) query[name] = value
      else delete query[name]
      void router[replace ? 'replace' : 'push']({ path: current.path, query, hash: current.hash })
    },
  })
}
