// What the county's public faces answer (docs/api.md), as far as the application reads it.
import type { Geometry, Point } from 'geojson'

export interface PropertyError {
  property: string
  code?: string
  detail: string
}
export interface Problem {
  type: string
  title: string
  status: number
  detail?: string
  where?: string
  trace?: string
  errors?: PropertyError[]
}
export type Result<T> = { ok: true; value: T } | { ok: false; problem: Problem }

export interface Link {
  href: string
  rel: string
  type?: string
  title?: string
}
export interface Extent {
  spatial?: { bbox: number[][] }
  temporal?: { interval: (string | null)[][] }
}
export type GeometryType = 'Point' | 'LineString' | 'Polygon' | 'Geometry'
export interface CollectionFacts {
  pack?: string
  task?: string
  geometryType?: GeometryType | null
  label?: string
  parent?: string | null
  count?: number
  changed?: string | null
  owner?: string | null
  layer?: string | null
}
export interface Collection {
  id: string
  title: string
  description?: string
  itemType?: string
  extent?: Extent
  crs?: string[]
  storageCrs?: string
  links?: Link[]
  'x-sangzi'?: CollectionFacts
}

export type Value = string | number | boolean | null | Value[] | { [key: string]: Value }
export interface PropertyFacts {
  grade?: number
  ref?: string[]
  many?: boolean
  labels?: Record<string, string>
  colors?: Record<string, string>
  derived?: string
  concept?: string
  group?: string
  base?: boolean
  widget?: string
  search?: boolean
}
export interface PropertySchema {
  title?: string
  description?: string
  type?: string | string[]
  format?: string
  enum?: Value[]
  items?: PropertySchema
  minimum?: number
  maximum?: number
  maxLength?: number
  pattern?: string
  readOnly?: boolean
  'x-ogc-role'?: string
  'x-ogc-propertySeq'?: number
  'x-ogc-unit'?: string
  'x-sangzi'?: PropertyFacts
}
export interface CollectionSchema {
  title?: string
  type?: string
  properties: Record<string, PropertySchema>
  required?: string[]
}

export interface Feature {
  type: 'Feature'
  id: string
  geometry: Geometry | null
  properties: Record<string, Value>
  labels?: Record<string, string | Record<string, string> | string[]>
  links?: Link[]
}
export interface FeaturePage {
  type: 'FeatureCollection'
  features: Feature[]
  numberMatched?: number
  numberReturned?: number
  timeStamp?: string
  links?: Link[]
}
export interface Change {
  property: string
  title?: string
  from: Value
  to: Value
}
export interface Version {
  version: number
  verb: string
  at: string
  who?: string
  source?: string
  reason?: string
  effective?: string
  changes?: Change[]
  hash?: string
}
export interface Statistic {
  count: number
  min?: number | null
  max?: number | null
  sum?: number | null
  mean?: number | null
}
export interface Statistics {
  count: number
  properties?: Record<string, Statistic>
  groups?: ({ value?: Value; group?: Value; label?: string; count: number; properties?: Record<string, Statistic> })[]
}
export interface SearchHit {
  collection: string
  collectionTitle: string
  id: string
  title: string
  subtitle?: string
  division?: string
  divisionName?: string
  matched?: string
  score?: number
  geometry?: Point | null
  bbox?: number[] | null
}

export interface LegendRow {
  label: string
  color?: string
  border?: string
  width?: number
  dash?: number[] | string
  pattern?: string
  bounds?: string | (number | null)[]
  filter?: string
}
export interface PanelLayer {
  id: string
  title: string
  group?: string
  base?: boolean
  collection?: string
  kind?: 'line' | 'fill' | 'circle' | 'symbol' | 'raster'
  visible?: boolean
  count?: number
  source?: string
  changed?: string | null
  completeness?: number | string | null
  legend?: LegendRow[]
  time?: { property: string } | null
  minzoom?: number
}

export interface ChangeEvent {
  seq: number
  collection: string
  id: string
  verb: string
  version?: number
  division?: string
  bbox?: number[] | null
  who?: string
  at: string
  title?: string
}
export interface ProgressEvent {
  job?: string
  done?: number
  total?: number
  message?: string
  [key: string]: Value | undefined
}

export interface NodeFacts {
  name: string
  division: string
  version?: string
  demo?: boolean
  loopbackOnly?: boolean
  mapApproval?: string | null
  started?: string
  /** The demonstration's own day. */
  today?: string
  bbox?: number[]
  center?: number[]
  languages?: string[]
}
export interface DivisionRef {
  code: string
  name: string
  level?: string | number
  count?: number
}
export interface Division extends DivisionRef {
  /** Its record in the register of divisions. */
  id?: string
  full_name?: string
  parents?: DivisionRef[]
  children?: DivisionRef[]
  bbox?: number[] | null
}

export interface IndicatorRow {
  id: string
  title: string
  unit?: string
  task?: string
  pack?: string
  description?: string
}
export interface IndicatorChild {
  division: string
  name: string
  value: number | null
  numerator?: number | null
  denominator?: number | null
}
export interface IndicatorAnswer {
  id: string
  title: string
  unit?: string
  value: number | null
  previous?: number | null
  numerator?: number | null
  denominator?: number | null
  completeness?: number | string | null
  source?: string
  changed?: string | null
  collection?: string
  filter?: string
  numeratorFilter?: string
  children?: IndicatorChild[]
}
export interface TaskCollection {
  id: string
  title: string
  count?: number
  changed?: string | null
}
export interface Task {
  id: string
  title: string
  section?: string
  pack?: string | null
  holds?: string[]
  collections?: TaskCollection[]
  indicators?: (string | { id: string; title?: string })[]
  layers?: (string | { id: string; title?: string })[]
  registers?: (string | { id: string; title?: string; count?: number })[]
  planned?: string | null
}

export interface DemoCard {
  id: string
  title: string
  text?: string
  link?: string
  collection?: string
  feature?: string
  point?: number[] | Point | null
}
export interface TourStop {
  id: string
  title: string
  sentence: string
  action?: string | Record<string, string>
  target?: { page?: string; query?: Record<string, Value>; [key: string]: Value | undefined | Record<string, Value> }
  expect?: Value
}
export interface Actor {
  name: string
  post: string
  division: string
  divisionName?: string
  door?: string
}
export interface Demo {
  live: boolean
  changes?: number
  progress?: { done: number; total: number; message?: string } | null
  cards?: DemoCard[]
  tour?: TourStop[]
  actors?: Actor[]
  files?: { name: string; title?: string; href: string }[]
}

export interface ImportColumn {
  name: string
  property: string | null
  title?: string
  sample?: Value[]
  remembered?: boolean
}
export interface ImportError {
  row: number
  column?: string
  property?: string
  value?: Value
  detail: string
  code?: string
}
export interface Import {
  id: string
  name: string
  status: 'reading' | 'ready' | 'applying' | 'done' | 'failed' | 'cancelled'
  progress?: number
  message?: string
  problem?: Problem | null
  layers?: { name: string; rows: number }[]
  layer?: string
  collection?: string | null
  guesses?: { collection: string; title: string; score: number }[]
  columns?: ImportColumn[]
  crs?: { found?: string | null; assumed?: string | null; warning?: string | null } | null
  key?: string[]
  counts?: { rows: number; create: number; update: number; unchanged: number; wrong: number }
  errors?: ImportError[]
  preview?: Record<string, Value>[]
  tx?: Value
}
export interface Process {
  id: string
  title?: string
  description?: string
  version?: string
  outputs?: Record<string, { title?: string; schema?: PropertySchema }>
  inputs?: Record<string, { title?: string; description?: string; schema?: PropertySchema; minOccurs?: number }>
}
export interface Job {
  jobID?: string
  id?: string
  processID?: string
  title?: string
  status: string
  progress?: number
  message?: string
  created?: string
  started?: string
  finished?: string
  updated?: string
}
