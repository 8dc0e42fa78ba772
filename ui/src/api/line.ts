// Whether the county can be reached. Told by the browser, and by answers that came out of the keep of this device.
import { reactive } from 'vue'

export const line = reactive({ off: typeof navigator !== 'undefined' && navigator.onLine === false })

/** The service worker marks what it kept with the moment it was read. */
export const KEPT = 'Sangzi-Kept'
export function heard(response: Response): void {
  line.off = response.headers.has(KEPT)
}
if (typeof window !== 'undefined') {
  window.addEventListener('online', () => (line.off = false))
  window.addEventListener('offline', () => (line.off = true))
}
