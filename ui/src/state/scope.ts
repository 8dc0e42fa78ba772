// The division everything is scoped to: it stands in the URL as ?division=CODE.
import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { node } from './county'

export interface Scope {
  /** The chosen division; undefined: the whole county. */
  division: ComputedRef<string | undefined>
  choose: (code: string | undefined) => Promise<void>
}

export function useScope(): Scope {
  const route = useRoute()
  const router = useRouter()
  const division = computed(() => {
    const code = route.query.division
    return typeof code === 'string' && code && code !== node.value?.division ? code : undefined
  })
  async function choose(code: string | undefined): Promise<void> {
    const query = { ...route.query }
    if (code && code !== node.value?.division) query.division = code
    else delete query.division
    await router.push({ path: route.path, query, hash: route.hash })
  }
  return { division, choose }
}
