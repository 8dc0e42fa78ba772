// What waits in my divisions, and what changed there since I last looked.
import { shallowRef, ref, watch } from 'vue'
import { getItems, getSchema, getStatistics, onChange, type Feature, type PropertySchema } from '@/api'
import { collections } from '@/state/county'

export interface Changed {
  collection: string
  feature: Feature
  at: string
  who: string
}

const SETTLED = /关闭|误报|办结|撤销|close|false|reject|settled|done/i

/** The codes of a state that still wait for somebody. */
export function openStates(state: PropertySchema | undefined): string[] {
  const labels = state?.['x-sangzi']?.labels ?? {}
  return (state?.enum ?? []).map(String).filter((code) => !SETTLED.test(`${code} ${labels[code] ?? ''}`))
}

const weight: Record<string, number> = { 重: 2, severe: 2, heavy: 2, high: 2, 中: 1, medium: 1, moderate: 1 }
/** Unsafe first, then by severity, then the newest. */
export function byUrgency(a: Feature, b: Feature): number {
  const rank = (f: Feature): number => (f.properties.safety === true ? 10 : 0) + (weight[String(f.properties.severity)] ?? 0)
  return rank(b) - rank(a) || String(b.properties.found_at ?? '').localeCompare(String(a.properties.found_at ?? ''))
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
  const waiting = shallowRef<Feature[]>()
  const waitingCount = ref(0)
  const waitingFilter = ref('')
  const changes = shallowRef<Changed[]>()
  const again = ref(0)

  async function readWaiting(code: string | undefined, signal: AbortSignal): Promise<void> {
    if (!collections.value.some((c) => c.id === 'road_defect')) {
      waiting.value = []
      return
    }
    const schema = await getSchema('road_defect', signal)
    const states = schema.ok ? openStates(schema.value.properties.state) : []
    const filter = states.length ? `state IN (${states.map((s) => `'${s}'`).join(',')})` : undefined
    const [page, count] = await Promise.all([
      getItems('road_defect', { filter, division: code, limit: 60, sortby: '-found_at', labels: true }, signal),
      getStatistics('road_defect', { filter, division: code }, signal),
    ])
    if (signal.aborted) return
    waitingFilter.value = filter ?? ''
    waiting.value = page.ok ? [...page.value.features].sort(byUrgency) : []
    waitingCount.value = count.ok ? count.value.count : waiting.value.length
  }
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
      void readWaiting(code, stop.signal)
      void readChanges(code, stop.signal)
    },
    { immediate: true },
  )
  let timer: ReturnType<typeof setTimeout> | undefined
  const stopListening = onChange(() => {
    timer ??= setTimeout(() => {
      timer = undefined
      again.value++
    }, 1500)
  })
  const stop = (): void => {
    stopListening()
    clearTimeout(timer)
  }
  return { waiting, waitingCount, waitingFilter, changes, stop }
}
