// A number that grows, at most every second and a half, when anything changes: what is watched with it is read again.
import { onBeforeUnmount, ref, type Ref } from 'vue'
import { onChange } from '@/api/events'

export function useAgain(pause = 1500): Ref<number> {
  const again = ref(0)
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = onChange(() => {
    timer ??= setTimeout(() => {
      timer = undefined
      again.value++
    }, pause)
  })
  onBeforeUnmount(() => {
    stop()
    clearTimeout(timer)
  })
  return again
}
