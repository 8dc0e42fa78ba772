// What changed in my divisions since I last looked.
import { shallowRef, watch } from 'vue'
import { getItems, type Feature } from '@/api'
import { useAgain } from '@/state/again'
import { collections } from '@/state/county'

export interface Changed {
  collection: string
  feature: Feature
  at: string
  who: string
}

/** What people, sheets and devices wrote in the last days; what a process derives is no news. */
export const changedByPeople = (now = Date.now(), days = 3): string =>
  `changed_at >= TIMESTAMP('${new Date(now - days * 86400000).toISOString().slice(0, 19)}Z') AND source <> 'computed'`

/** The registers worth watching: those of a task that hold something, the latest changed first. */
function watched(): string[] {
  return collections.value
    .filter((c) => c['x-sangzi']?.task && (c['x-sangzi']?.count ?? 0) > 0)
    .sort((a, b) => String(b['x-sangzi']?.changed ?? '').localeCompare(String(a['x-sangzi']?.changed ?? '')))
    .slice(0, 8)
    .map((c) => c.id)
}

export function useDay(division: () => string | undefined) {
  const changes = shallowRef<Changed[]>()
  const again = useAgain()

  async function readChanges(code: string | undefined, signal: AbortSignal): Promise<void> {
    const pages = await Promise.all(
      watched().map(async (collection) => {
        const page = await getItems(collection, { division: code, limit: 100, filter: changedByPeople(), labels: true }, signal)
        return page.ok ? page.value.features.map((feature) => ({ collection, feature })) : []
      }),
    )
    if (signal.aborted) return
    changes.value = pages
      .flat()
      .map(({ collection, feature }) => ({
        collection, feature, at: String(feature.properties.changed_at ?? ''), who: String(feature.properties.changed_by ?? ''),
      }))
      .sort((a, b) => b.at.localeCompare(a.at))
      .slice(0, 12)
  }

  watch(
    [division, collections, again],
    ([code], _, onCleanup) => {
      const stop = new AbortController()
      onCleanup(() => stop.abort())
      if (!collections.value.length) return
      void readChanges(code, stop.signal)
    },
    { immediate: true },
  )
  return { changes }
}
