// Where a card of the demonstration leads.
import type { DemoCard } from '@/api/types'

export function cardTarget(card: DemoCard, shown?: Set<string>): string {
  const link = card.link?.replace(/^https?:\/\/[^/]+/, '').replace(/^\/app(?=\/|$|\?)/, '')
  if (link?.startsWith('/')) return link
  if (card.collection && card.feature) {
    const layers = shown ? `&layers=${[...shown].join(',')}` : ''
    return `/map?open=${card.collection}/${card.feature}${layers}`
  }
  if (card.collection) return `/registers/${card.collection}`
  return '/map'
}
