// What a record is called in lists and heads.
import type { Feature, Value } from '@/api/types'
import { collectionOf } from './county'
import { packTitle } from './packs'

const word = (v: Value | undefined): string => (typeof v === 'string' || typeof v === 'number' ? String(v) : '')

/** A label of `expand=labels`, as one line. */
export function labelText(feature: Feature, property: string): string {
  const label = feature.labels?.[property]
  if (typeof label === 'string') return label
  if (Array.isArray(label)) return label.join('、')
  if (label && typeof label === 'object') return Object.values(label).join('、')
  return word(feature.properties[property])
}

export function recordTitle(feature: Feature, collection: string): string {
  const p = feature.properties
  const facts = collectionOf(collection)
  const label = facts?.['x-sangzi']?.label
  return (
    packTitle(feature, collection) || (label ? labelText(feature, label) : '') || word(p.name) || word(p.title) || word(p.code) || facts?.title || feature.id
  )
}
