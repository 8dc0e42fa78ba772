// Changes made elsewhere: a row on screen is read again, others are counted until one asks for them.
import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'
import { onChange, type ChangeEvent } from '@/api'
import type { Pages } from './usePages'

export interface LiveRows {
  fresh: Ref<Set<string>>
  gone: Ref<Set<string>>
  waiting: Ref<number>
  clear: () => void
}
export function useLive(collection: () => string, pages: Pick<Pages, 'indexOf' | 'refresh' | 'again'> & { few: () => boolean }): LiveRows {
  const fresh = ref(new Set<string>())
  const gone = ref(new Set<string>())
  const waiting = ref(0)
  let soon = 0

  function flash(id: string): void {
    fresh.value = new Set(fresh.value).add(id)
    window.setTimeout(() => {
      const next = new Set(fresh.value)
      next.delete(id)
      fresh.value = next
    }, 3000)
  }
  function clear(): void {
    waiting.value = 0
    gone.value = new Set()
    pages.again()
  }
  async function onOne(change: ChangeEvent): Promise<void> {
    if (change.collection !== collection()) return
    const here = pages.indexOf(change.id) >= 0
    if (here && change.verb === 'retire') gone.value = new Set(gone.value).add(change.id)
    else if (here) {
      if (await pages.refresh(change.id)) flash(change.id)
    } else if (pages.few()) {
      clearTimeout(soon)
      soon = window.setTimeout(() => {
        clear()
        flash(change.id)
      }, 300)
    } else waiting.value++
  }
  let stop: (() => void) | undefined
  onMounted(() => (stop = onChange((c) => void onOne(c))))
  onBeforeUnmount(() => {
    stop?.()
    clearTimeout(soon)
  })
  return { fresh, gone, waiting, clear }
}
