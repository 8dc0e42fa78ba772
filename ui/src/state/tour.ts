// The guided tour: where one stands in it, kept on this device so that it can be left and taken up again.
import { ref } from 'vue'

export const tourOn = ref(false)

const KEY = 'sangzi.tour'

export interface TourPlace {
  stop: number
  seen: string[]
}

export function keptPlace(): TourPlace {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<TourPlace> | null
    return { stop: Math.max(0, Math.trunc(Number(kept?.stop ?? 0)) || 0), seen: Array.isArray(kept?.seen) ? kept.seen : [] }
  } catch {
    return { stop: 0, seen: [] }
  }
}

export function keepPlace(place: TourPlace): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(place))
  } catch {
    /* a private window keeps nothing */
  }
}
