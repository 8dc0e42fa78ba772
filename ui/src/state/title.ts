// What a record is called in lists and heads.
import type { Feature, Value } from '@/api/types'
import { stakeMetres, stakeText } from '@/map/road'
import { collectionOf } from './county'

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
  const from = stakeMetres(p.from_stake)
  if (from !== undefined && !word(p.name)) {
    const to = stakeMetres(p.to_stake)
    return [labelText(feature, 'road'), to === undefined ? stakeText(from) : `${stakeText(from)}–${stakeText(to)}`].filter(Boolean).join(' ')
  }
  if (word(p.code) && word(p.name) && collection === 'road') return `${word(p.code)} ${word(p.name)}`
  const label = collectionOf(collection)?.['x-sangzi']?.label
  const own = label ? labelText(feature, label) : ''
  return own || word(p.name) || word(p.title) || word(p.code) || collectionOf(collection)?.title || feature.id
}
