// The machine of the tour: stops in order, forwards, backwards, skipped and taken up again.
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import type { TourStop } from '@/api/types'
import { keepPlace, keptPlace } from '@/state/tour'

export interface Tour {
  at: Ref<number>
  seen: Ref<string[]>
  stop: ComputedRef<TourStop | undefined>
  last: ComputedRef<boolean>
  finished: ComputedRef<boolean>
  next: () => void
  back: () => void
  again: () => void
  go: (n: number) => void
}

export function useTour(stops: () => TourStop[]): Tour {
  const kept = keptPlace()
  const at = ref(kept.stop)
  const seen = ref(kept.seen)
  const clamp = (n: number): number => Math.min(Math.max(0, n), stops().length)
  const stop = computed(() => stops()[at.value])
  const last = computed(() => at.value === stops().length - 1)
  const finished = computed(() => stops().length > 0 && at.value >= stops().length)

  function mark(): void {
    const id = stop.value?.id
    if (id && !seen.value.includes(id)) seen.value = [...seen.value, id]
  }
  function go(n: number): void {
    mark()
    at.value = clamp(n)
  }
  const next = (): void => go(at.value + 1)
  const back = (): void => go(at.value - 1)
  function again(): void {
    seen.value = []
    at.value = 0
  }
  watch([at, seen], () => keepPlace({ stop: at.value, seen: seen.value }), { flush: 'sync' })
  return { at, seen, stop, last, finished, next, back, again, go }
}

/** The application's address of a stop: its page with its query. */
export function stopPath(stop: TourStop): { path: string; query: Record<string, string> } | undefined {
  const page = stop.target?.page
  if (typeof page !== 'string' || !page) return undefined
  const url = new URL(page.replace(/^\/?app(?=\/|$)/, ''), 'http://x/')
  const query: Record<string, string> = Object.fromEntries(url.searchParams)
  for (const [name, value] of Object.entries(stop.target?.query ?? {}))
    if (value !== null && value !== undefined && typeof value !== 'object') query[name] = String(value)
  return { path: url.pathname, query }
}
