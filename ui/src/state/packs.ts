// What a pack shows in its own way: one row a pack (packs/table.ts), asked for by the pages. They know the slots, no pack.
import { computed, defineAsyncComponent, type AsyncComponentLoader, type Component } from 'vue'
import type { Feature } from '@/api/types'
import type { IconName } from '@/parts/icons'
import { collections } from './county'

/** A component, loaded when it is first shown. */
export type Screen = AsyncComponentLoader<Component>

export interface RecordScreen {
  /** Given `collection`, `id` and `panel`: false above the facts of a record's page, true beside the map. */
  view: Screen
  /** In the panel it stands instead of facts, relations and history: it has them itself. */
  whole?: boolean
  /** It tells what else lies along the same thing. */
  alongside?: boolean
}
/** A way from a phone's door to a form of the pack. */
export interface DoorWay {
  doors: ('villager' | 'cadre')[]
  to: string
  icon: IconName
  text: () => string
  hint?: () => string
}
export interface PackScreens {
  /** Its folder under packs/, as the server names it. */
  pack: string
  /** The name of a record where no property alone says it. */
  title?: (feature: Feature, collection: string) => string | undefined
  records?: Record<string, RecordScreen>
  /** On “my day”: what waits. Given `division`. */
  day?: Screen
  /** The same for the cadre's door, short. Given `division`. */
  today?: Screen
  ways?: DoorWay[]
}

const rows: PackScreens[] = []
const drawn = new Map<Screen, Component>()

export function installPacks(table: readonly PackScreens[]): void {
  rows.splice(0, rows.length, ...table)
}
/** One component a loader, so that nothing is made anew while its page is drawn again. */
function component(screen: Screen): Component {
  const had = drawn.get(screen)
  if (had) return had
  const made = defineAsyncComponent(screen)
  drawn.set(screen, made)
  return made
}
const rowOf = (collection: string): PackScreens | undefined => rows.find((r) => r.records && collection in r.records)

export const recordScreen = (collection: string): RecordScreen | undefined => rowOf(collection)?.records?.[collection]
export function recordView(collection: string): Component | undefined {
  const screen = recordScreen(collection)
  return screen && component(screen.view)
}
export function packTitle(feature: Feature, collection: string): string | undefined {
  for (const row of rows) {
    const own = row.title?.(feature, collection)
    if (own) return own
  }
  return undefined
}

/** The rows of the packs this county has. */
const here = computed(() => {
  const packs = new Set(collections.value.map((c) => c['x-sangzi']?.pack))
  return rows.filter((r) => packs.has(r.pack))
})
const shown = (slot: (row: PackScreens) => Screen | undefined) =>
  computed(() => here.value.flatMap((row) => { const screen = slot(row); return screen ? [{ pack: row.pack, view: component(screen) }] : [] }))
export const dayScreens = shown((row) => row.day)
export const todayScreens = shown((row) => row.today)
export const waysOf = (door: 'villager' | 'cadre'): DoorWay[] => here.value.flatMap((row) => (row.ways ?? []).filter((w) => w.doors.includes(door)))
