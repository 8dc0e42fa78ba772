// Which rows of a long list are on screen. A list higher than a browser's tallest box is drawn to scale.
import { computed, onBeforeUnmount, onMounted, ref, type ComputedRef, type Ref } from 'vue'

const TALLEST = 8_000_000

export interface Window {
  height: ComputedRef<number>
  first: ComputedRef<number>
  last: ComputedRef<number>
  top: (index: number) => number
  show: (index: number) => void
  onScroll: () => void
  view: Ref<number>
  width: Ref<number>
}

/** Where scrolling `at` of a box `drawn` high looks, in a list `real` high. */
export const toReal = (at: number, real: number, drawn: number, view: number): number =>
  drawn >= real || drawn <= view ? at : (at * (real - view)) / (drawn - view)
export const toDrawn = (at: number, real: number, drawn: number, view: number): number =>
  drawn >= real || drawn <= view ? at : (at * (drawn - view)) / (real - view)

export function useWindow(scroller: Ref<HTMLElement | undefined>, count: () => number, rowHeight: () => number, above: () => number): Window {
  const at = ref(0)
  const view = ref(600)
  const width = ref(1000)
  const real = computed(() => count() * rowHeight())
  const height = computed(() => Math.min(real.value, TALLEST))
  const seen = computed(() => toReal(at.value, real.value, height.value, view.value))
  const first = computed(() => Math.max(0, Math.floor(seen.value / rowHeight()) - 4))
  const last = computed(() => Math.min(count() - 1, Math.ceil((seen.value + view.value) / rowHeight()) + 4))
  const top = (index: number): number => at.value + index * rowHeight() - seen.value
  function onScroll(): void {
    if (scroller.value) at.value = scroller.value.scrollTop
  }
  function show(index: number): void {
    const box = scroller.value
    if (!box) return
    const row = index * rowHeight()
    const room = view.value - above() - rowHeight() * 1.5
    if (row < seen.value) box.scrollTop = toDrawn(row, real.value, height.value, view.value)
    else if (row > seen.value + room) box.scrollTop = toDrawn(row - room, real.value, height.value, view.value)
    onScroll()
  }
  let watcher: ResizeObserver | undefined
  onMounted(() => {
    if (!scroller.value || typeof ResizeObserver === 'undefined') return
    watcher = new ResizeObserver(([entry]) => {
      if (!entry) return
      view.value = entry.contentRect.height
      width.value = entry.contentRect.width
    })
    watcher.observe(scroller.value)
  })
  onBeforeUnmount(() => watcher?.disconnect())
  return { height, first, last, top, show, onScroll, view, width }
}
