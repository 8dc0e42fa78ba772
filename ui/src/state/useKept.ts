// A value kept on this device under a name that may change.
import { ref, watch, type Ref } from 'vue'

export function readKept<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(key)
    return text === null ? fallback : (JSON.parse(text) as T)
  } catch {
    return fallback
  }
}
export function writeKept(key: string, value: unknown): void {
  try {
    if (value === null || value === undefined) localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify(value))
  } catch {
    /* a full or private store keeps nothing */
  }
}
export function useKept<T>(key: () => string, fallback: T): Ref<T> {
  const value = ref(readKept(key(), fallback)) as Ref<T>
  watch(key, (k) => (value.value = readKept(k, fallback)))
  watch(value, (v) => writeKept(key(), v), { deep: true })
  return value
}
