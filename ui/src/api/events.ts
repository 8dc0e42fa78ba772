// Live changes by Server-Sent Events: one connection for the whole page, shared by all who listen.
import { reactive } from 'vue'
import type { ChangeEvent, ProgressEvent } from './types'

type OnChange = (change: ChangeEvent) => void
type OnProgress = (progress: ProgressEvent) => void

export const live = reactive({ open: false, lost: false, last: null as ChangeEvent | null })

const changes = new Set<OnChange>()
const progresses = new Set<OnProgress>()
let source: EventSource | undefined

function read<T>(event: Event, give: (value: T) => void): void {
  try {
    give(JSON.parse((event as MessageEvent<string>).data) as T)
  } catch {
    /* a broken line is no news */
  }
}

function open(): void {
  if (source || typeof EventSource === 'undefined') return
  source = new EventSource('/events')
  source.addEventListener('open', () => {
    live.open = true
    live.lost = false
  })
  source.addEventListener('error', () => {
    live.open = false
    live.lost = true
  })
  source.addEventListener('change', (e) =>
    read<ChangeEvent>(e, (change) => {
      live.last = change
      for (const f of changes) f(change)
    }),
  )
  source.addEventListener('progress', (e) => read<ProgressEvent>(e, (p) => progresses.forEach((f) => f(p))))
}

function closeIfUnused(): void {
  if (changes.size || progresses.size || !source) return
  source.close()
  source = undefined
  live.open = false
}

/** Hears every change until the returned function is called. */
export function onChange(listener: OnChange): () => void {
  changes.add(listener)
  open()
  return () => {
    changes.delete(listener)
    closeIfUnused()
  }
}

export function onProgress(listener: OnProgress): () => void {
  progresses.add(listener)
  open()
  return () => {
    progresses.delete(listener)
    closeIfUnused()
  }
}
