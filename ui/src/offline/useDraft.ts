// What is typed is kept on this device at once, and found again.
import { ref, watch, type Ref } from 'vue'
import type { Geometry } from 'geojson'
import type { Value } from '@/api/types'

export interface Draft {
  at: string
  values: Record<string, Value>
  geometry: Geometry | null
}
const key = (name: string): string => `sangzi.draft.${name}`

export function readDraft(name: string): Draft | null {
  try {
    return JSON.parse(localStorage.getItem(key(name)) ?? 'null') as Draft | null
  } catch {
    return null
  }
}
export function dropDraft(name: string): void {
  try {
    localStorage.removeItem(key(name))
  } catch {
    /* nothing was kept */
  }
}
/** False: the device keeps nothing, and leaving would lose what is typed. */
export function keepDraft(name: string, draft: Draft): boolean {
  try {
    localStorage.setItem(key(name), JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}

/** Keeps `now()` under `name` whenever it changes and `dirty()`; tells whether that went well. */
export function useDraft(name: () => string, now: () => Omit<Draft, 'at'>, dirty: () => boolean): { safe: Ref<boolean> } {
  const safe = ref(true)
  watch(
    () => JSON.stringify(now()),
    () => {
      if (dirty()) safe.value = keepDraft(name(), { at: new Date().toISOString(), ...now() })
      else dropDraft(name())
    },
  )
  return { safe }
}
