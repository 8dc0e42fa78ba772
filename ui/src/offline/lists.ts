// The short registers that forms choose from, read whole once, so that a choice can be made without a line.
import { getItems } from '@/api/features'
import type { Collection, CollectionSchema, Feature } from '@/api/types'

export const MOST = 3000
/** The same address when it is read ahead and when it is asked for: that is what the worker keeps it under. */
export async function wholeList(collection: string): Promise<Feature[]> {
  const got = await getItems(collection, { limit: MOST, labels: true })
  return got.ok ? got.value.features : []
}
/** Which registers are worth reading ahead: named by a reference of some form, and short. */
export function chosenFrom(collections: Collection[], schemas: CollectionSchema[]): string[] {
  const named = new Set(schemas.flatMap((s) => Object.values(s.properties).flatMap((p) => (p.readOnly ? [] : (p['x-sangzi']?.ref ?? p.items?.['x-sangzi']?.ref ?? [])))))
  return collections.filter((c) => named.has(c.id) && (c['x-sangzi']?.count ?? 0) > 0 && (c['x-sangzi']?.count ?? 0) <= MOST).map((c) => c.id)
}
