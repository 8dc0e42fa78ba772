// The defects of the division that still wait for somebody: unsafe first, then by severity, then the newest.
import { ref, shallowRef, watch } from 'vue'
import { getItems, type Feature, type PropertySchema } from '@/api'
import { schemaOf } from '@/api/schemas'
import { quote } from '@/api/cql'
import { useAgain } from '@/state/again'

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


/** An old danger is not to be hidden behind sixty new cracks. */
const URGENT = "(safety = TRUE OR severity = '重')"

export function useWaiting(division: () => string | undefined) {
  const waiting = shallowRef<Feature[]>()
  /** How many; null: more than the server counts unasked. */
  const total = ref<number | null>(null)
  const filter = ref('')
  const again = useAgain()

  async function read(code: string | undefined, signal: AbortSignal): Promise<void> {
    const schema = await schemaOf('road_defect')
    const states = schema.ok ? openStates(schema.value.properties.state) : []
    const open = states.length ? `state IN (${states.map(quote).join(',')})` : undefined
    const ask = { division: code, limit: 60, sortby: '-found_at', labels: true }
    const [page, urgent] = await Promise.all([
      getItems('road_defect', { ...ask, filter: open }, signal),
      getItems('road_defect', { ...ask, filter: [open, URGENT].filter(Boolean).join(' AND ') }, signal),
    ])
    if (signal.aborted) return
    filter.value = open ?? ''
    const found = [page, urgent].flatMap((p) => (p.ok ? p.value.features : []))
    waiting.value = [...new Map(found.map((f) => [f.id, f])).values()].sort(byUrgency)
    total.value = page.ok ? (page.value.numberMatched ?? null) : 0
  }
  watch(
    [division, again],
    ([code], _, onCleanup) => {
      const stop = new AbortController()
      onCleanup(() => stop.abort())
      void read(code, stop.signal)
    },
    { immediate: true },
  )
  return { waiting, total, filter }
}
