// In whose name one looks and writes during the demonstration. No right hangs on it.
import { ref } from 'vue'
import type { Actor } from './types'

const KEY = 'sangzi.actor'

function kept(): Actor | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') as Actor | null
  } catch {
    return null
  }
}

export const actor = ref<Actor | null>(kept())

export function actAs(who: Actor | null): void {
  actor.value = who
  if (who) localStorage.setItem(KEY, JSON.stringify(who))
  else localStorage.removeItem(KEY)
}

/** The writing headers of a change; `as`: who made it, where it is sent later. */
export function actorHeaders(reason?: string, as = actor.value?.name): Record<string, string> {
  const headers: Record<string, string> = { 'Sangzi-Source': 'form' }
  if (as) headers['Sangzi-Actor'] = encodeURIComponent(as)
  if (reason) headers['Sangzi-Reason'] = encodeURIComponent(reason)
  return headers
}

/** The first page of an actor's door. */
export function doorPath(door: string | undefined): string {
  if (!door) return '/day'
  const path = door.replace(/^\/app(?=\/|$)/, '')
  if (path.startsWith('/')) return path === '/' || path === '' ? '/day' : path
  const doors: Record<string, string> = { v: '/v', villager: '/v', c: '/c', cadre: '/c', wall: '/wall', leader: '/wall', map: '/map' }
  return doors[path] ?? '/day'
}
