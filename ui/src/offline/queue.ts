// Changes made without a line, sent later in their order. Sending twice makes nothing twice: a new record goes by
// PUT under its own ULID with If-None-Match and its key; an edit names the version it was made on.
import { getItemNow, patchItem, putItem, type Draft } from '@/api/features'
import type { Feature, Problem, PropertyError, Value } from '@/api/types'
import { sendFiles } from './files'
import type { Keep } from './store'

export interface Waiting {
  id: string
  collection: string
  verb: 'create' | 'update'
  title: string
  at: string
  /** What is sent: the whole record, or what was changed. */
  change: { properties: Record<string, Value>; geometry?: Draft['geometry'] }
  /** What stood there when it was changed; for an edit. */
  base?: Record<string, Value>
  etag?: string
  reason?: string
  key: string
  files: string[]
  actor?: string
  state: 'waiting' | 'clash' | 'refused'
  problem?: Problem
  errors?: PropertyError[]
  theirs?: Feature
}
export type Sent = 'sent' | 'offline' | 'clash' | 'refused' | 'later'

const same = (a: Value | undefined, b: Value | undefined): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
/** What we sent is what stands there: the answer of an earlier attempt was lost on the way. */
export const arrived = (w: Waiting, now: Feature): boolean =>
  Object.entries(w.change.properties).every(([name, v]) => same(v, now.properties[name]))

async function settle(w: Waiting, queue: Keep<Waiting>): Promise<Sent> {
  const now = await getItemNow(w.collection, w.id)
  if (!now.ok) return now.problem.status === 0 ? 'offline' : refuse(w, now.problem, queue)
  if (arrived(w, now.value.value)) {
    await queue.drop(w.id)
    return 'sent'
  }
  await queue.put(w.id, { ...w, state: 'clash', theirs: now.value.value, etag: now.value.etag ?? '' })
  return 'clash'
}
async function refuse(w: Waiting, problem: Problem, queue: Keep<Waiting>): Promise<Sent> {
  await queue.put(w.id, { ...w, state: 'refused', problem, errors: problem.errors })
  return 'refused'
}
/** 429 and 5xx are the server's moment, not the record's fault. */
const passing = (p: Problem): boolean => p.status === 429 || p.status >= 500

export async function sendOne(w: Waiting, queue: Keep<Waiting>): Promise<Sent> {
  const photo = await sendFiles(w.files)
  if (photo) return photo.status === 0 ? 'offline' : passing(photo) ? 'later' : refuse(w, photo, queue)
  const got =
    w.verb === 'create'
      ? await putItem(w.collection, w.id, { properties: w.change.properties, geometry: w.change.geometry ?? null }, w.key, w.reason, w.actor)
      : await patchItem(w.collection, w.id, w.etag ?? '', w.change, w.reason, w.actor)
  if (got.ok) {
    await queue.drop(w.id)
    return 'sent'
  }
  if (got.problem.status === 0) return 'offline'
  if (passing(got.problem)) return 'later'
  return got.problem.status === 412 ? settle(w, queue) : refuse(w, got.problem, queue)
}

/** All that waits, oldest first; stops where the line ends. */
export async function sendAll(queue: Keep<Waiting>): Promise<{ sent: number; offline: boolean }> {
  const list = (await queue.all()).filter((w) => w.state === 'waiting').sort((a, b) => a.at.localeCompare(b.at))
  let sent = 0
  for (const w of list) {
    const how = await sendOne(w, queue)
    if (how === 'sent') sent++
    if (how === 'offline') return { sent, offline: true }
  }
  return { sent, offline: false }
}
