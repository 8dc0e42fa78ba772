// The ids of all records of a filter, as far as one may change at once.
import { getItems, getPage, nextOf } from '@/api'
import type { Asked } from './usePages'

export const MOST = 2000

export async function allIds(asked: Asked): Promise<string[]> {
  const ids: string[] = []
  let got = await getItems(asked.collection, { ...asked, limit: 1000, properties: ['division'], labels: false })
  while (got.ok) {
    ids.push(...got.value.features.map((f) => f.id))
    const next = nextOf(got.value)
    if (!next || ids.length >= MOST) break
    got = await getPage(next)
  }
  return ids.slice(0, MOST)
}
