// The queue of this device: how much waits, and the moments at which it is tried again.
import { computed, reactive, shallowRef, watch } from 'vue'
import { live } from '@/api/events'
import { keepDraft } from './useDraft'
import { sendAll, type Waiting } from './queue'
import { shelf, type Keep } from './store'

const queue: Keep<Waiting> = shelf('queue')
export const waiting = shallowRef<Waiting[]>([])
export const going = reactive({ on: false, lately: 0 })
export const open = computed(() => waiting.value.filter((w) => w.state === 'waiting').length)
export const asked = computed(() => waiting.value.filter((w) => w.state !== 'waiting').length)

export async function readQueue(): Promise<void> {
  const list = await queue.all().catch(() => [])
  waiting.value = list.sort((a, b) => a.at.localeCompare(b.at))
}
/** False: this browser keeps nothing, and the form must stay open. */
export async function enqueue(w: Waiting): Promise<boolean> {
  try {
    await queue.put(w.id, w)
    await readQueue()
    return true
  } catch {
    return false
  }
}
export async function dequeue(id: string): Promise<void> {
  await queue.drop(id).catch(() => undefined)
  await readQueue()
}
async function send(): Promise<void> {
  going.on = true
  const { sent } = await sendAll(queue)
  going.on = false
  going.lately = sent
  await readQueue()
}
/** One window at a time: two open pages do not send the same thing side by side. */
export async function sendNow(): Promise<void> {
  if (going.on || !open.value) return
  if (!navigator.locks) return send()
  await navigator.locks.request('sangzi-queue', { ifAvailable: true }, async (lock) => (lock ? send() : undefined))
}
/** A person chose: mine goes again onto the version that stands there now; theirs stays. */
export async function choose(w: Waiting, whose: 'mine' | 'theirs'): Promise<void> {
  if (whose === 'theirs') return dequeue(w.id)
  await queue.put(w.id, { ...w, verb: 'update', state: 'waiting', base: w.theirs?.properties, theirs: undefined })
  await readQueue()
  await sendNow()
}
/** Back into a form: as a draft, which the form finds. The way to that form is returned. */
export async function mend(w: Waiting): Promise<string> {
  const fresh = w.verb === 'create'
  const draft = { at: w.at, values: { ...w.base, ...w.change.properties }, geometry: w.change.geometry ?? null }
  if (!keepDraft(`${w.collection}.${fresh ? 'new' : w.id}`, draft)) return '/queue'
  await dequeue(w.id)
  return fresh ? `/new/${w.collection}` : `/records/${w.collection}/${w.id}?edit=1`
}

const EVERY = 30_000
let begun = false
/** Once, at the start of the application. */
export function keepSending(): void {
  if (begun || typeof window === 'undefined') return
  begun = true
  window.addEventListener('online', () => void sendNow())
  watch(() => live.open, (on) => on && void sendNow())
  setInterval(() => void sendNow(), EVERY)
  void readQueue().then(sendNow)
}
