// OGC API Features: collections, records, their history, and the writing of them.
import { actorHeaders } from './actor'
import { address, ask, askFull, type Answer, type Query } from './client'
import type {
  Collection, CollectionSchema, Feature, FeaturePage, Result, SearchHit, Statistics, Version,
} from './types'

const enc = encodeURIComponent

export interface ItemsQuery {
  limit?: number
  bbox?: number[]
  datetime?: string
  filter?: string
  sortby?: string
  properties?: string[]
  q?: string
  division?: string
  count?: 'exact'
  labels?: boolean
}

export function itemsQuery(q: ItemsQuery): Query {
  return {
    limit: q.limit,
    bbox: q.bbox?.join(','),
    datetime: q.datetime,
    filter: q.filter,
    'filter-lang': q.filter ? 'cql2-text' : undefined,
    sortby: q.sortby,
    properties: q.properties?.join(','),
    q: q.q,
    division: q.division,
    count: q.count,
    expand: q.labels ? 'labels' : undefined,
  }
}

export const getCollections = (signal?: AbortSignal): Promise<Result<{ collections: Collection[] }>> =>
  ask('/collections', { signal })
export const getCollection = (c: string, signal?: AbortSignal): Promise<Result<Collection>> =>
  ask(`/collections/${enc(c)}`, { signal })
export const getSchema = (c: string, signal?: AbortSignal): Promise<Result<CollectionSchema>> =>
  ask(`/collections/${enc(c)}/schema`, { signal })
export const getQueryables = (c: string, signal?: AbortSignal): Promise<Result<CollectionSchema>> =>
  ask(`/collections/${enc(c)}/queryables`, { signal })
export const getSortables = (c: string, signal?: AbortSignal): Promise<Result<CollectionSchema>> =>
  ask(`/collections/${enc(c)}/sortables`, { signal })

export const getItems = (c: string, q: ItemsQuery = {}, signal?: AbortSignal): Promise<Result<FeaturePage>> =>
  ask(`/collections/${enc(c)}/items`, { query: itemsQuery(q), signal })

/** The page behind a `next` link; the server's absolute address is read as a path of this origin. */
export function getPage(href: string, signal?: AbortSignal): Promise<Result<FeaturePage>> {
  const url = new URL(href, location.origin)
  return ask(url.pathname + url.search, { signal })
}
export const nextOf = (page: FeaturePage): string | undefined => page.links?.find((l) => l.rel === 'next')?.href

export const downloadAddress = (c: string, format: 'xlsx' | 'csv' | 'geojson' | 'gpkg', q: ItemsQuery = {}): string =>
  address(`/collections/${enc(c)}/items`, { ...itemsQuery(q), f: format, ...(format === 'csv' ? { header: 'titles' } : {}) })

export const getItem = (c: string, id: string, signal?: AbortSignal): Promise<Result<Answer<Feature>>> =>
  askFull(`/collections/${enc(c)}/items/${enc(id)}`, { query: { expand: 'labels' }, signal })
/** What a decision hangs on: never out of the keep. */
export const getItemNow = (c: string, id: string): Promise<Result<Answer<Feature>>> =>
  askFull(`/collections/${enc(c)}/items/${enc(id)}`, { query: { expand: 'labels' }, fresh: true })
export const getItemAt = (c: string, id: string, validAt: string, knownAt?: string): Promise<Result<Feature>> =>
  ask(`/collections/${enc(c)}/items/${enc(id)}`, { query: { 'valid-at': validAt, 'known-at': knownAt, expand: 'labels' } })
export const getHistory = (c: string, id: string, signal?: AbortSignal): Promise<Result<{ versions: Version[] }>> =>
  ask(`/collections/${enc(c)}/items/${enc(id)}/history`, { signal })
export const getStatistics = (
  c: string,
  q: ItemsQuery & { group?: string },
  signal?: AbortSignal,
): Promise<Result<Statistics>> =>
  ask(`/collections/${enc(c)}/statistics`, { query: { ...itemsQuery(q), group: q.group }, signal })

export interface Draft {
  geometry: Feature['geometry']
  properties: Feature['properties']
}
const asFeature = (d: Draft) => ({ type: 'Feature', geometry: d.geometry, properties: d.properties })

/** A new record under an id of our own: sent again, it is made once. */
export const putItem = (c: string, id: string, draft: Draft, key: string, reason?: string, as?: string): Promise<Result<Answer<Feature>>> =>
  askFull(`/collections/${enc(c)}/items/${enc(id)}`, {
    method: 'PUT',
    body: asFeature(draft),
    headers: { ...actorHeaders(reason, as), 'If-None-Match': '*', 'Idempotency-Key': key, 'Content-Type': 'application/geo+json' },
  })
export const patchItem = (
  c: string,
  id: string,
  etag: string,
  change: Partial<Draft>,
  reason?: string,
  as?: string,
): Promise<Result<Answer<Feature>>> =>
  askFull(`/collections/${enc(c)}/items/${enc(id)}`, {
    method: 'PATCH',
    body: change,
    headers: { ...actorHeaders(reason, as), 'If-Match': etag, 'Content-Type': 'application/merge-patch+json' },
  })
export const retireItem = (c: string, id: string, etag: string, reason: string): Promise<Result<Answer<null>>> =>
  askFull(`/collections/${enc(c)}/items/${enc(id)}`, {
    method: 'DELETE',
    headers: { ...actorHeaders(reason), 'If-Match': etag },
  })
export const restoreItem = (c: string, id: string, etag: string, version: number): Promise<Result<Answer<Feature>>> =>
  askFull(`/collections/${enc(c)}/items/${enc(id)}/restore`, {
    method: 'POST',
    query: { version },
    headers: { ...actorHeaders(), 'If-Match': etag },
  })

export interface BatchChange {
  verb: 'create' | 'update' | 'retire' | 'restore'
  collection: string
  id?: string
  ifMatch?: string
  feature?: Partial<Draft> & { type?: 'Feature' }
}
export const postChanges = (
  reason: string,
  changes: BatchChange[],
  dryRun = false,
): Promise<Result<{ results: { id: string; version?: number; etag?: string }[] }>> =>
  ask('/changes', { method: 'POST', body: { reason, changes, dryRun }, headers: actorHeaders(reason) })

export const search = (
  q: string,
  more: { limit?: number; collections?: string[]; division?: string } = {},
  signal?: AbortSignal,
): Promise<Result<{ results: SearchHit[] }>> =>
  ask('/search', { query: { q, limit: more.limit ?? 20, collections: more.collections?.join(','), division: more.division }, signal })
