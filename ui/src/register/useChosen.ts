// The rows one has ticked, with what they were called when ticked.
import { computed, ref, type ComputedRef } from 'vue'

export interface Chosen {
  ids: ComputedRef<string[]>
  size: ComputedRef<number>
  has: (id: string) => boolean
  turn: (id: string) => void
  add: (ids: string[]) => void
  clear: () => void
}
export function useChosen(): Chosen {
  const set = ref(new Set<string>())
  const ids = computed(() => [...set.value])
  return {
    ids,
    size: computed(() => set.value.size),
    has: (id) => set.value.has(id),
    turn: (id) => {
      if (!set.value.delete(id)) set.value.add(id)
    },
    add: (more) => more.forEach((id) => set.value.add(id)),
    clear: () => set.value.clear(),
  }
}
