// What the county's faces answer, under the names the application uses. The shapes are made from our own OpenAPI document
// (openapi.ts, `npm run types`); what is written here is only what the application adds to them.
import type { components } from './openapi'

type Shape = components['schemas']

export type Problem = Pick<Shape['Problem'], 'type' | 'title' | 'status'> & Partial<Shape['Problem']>
export type PropertyError = Shape['PropertyError']
export type Result<T> = { ok: true; value: T } | { ok: false; problem: Problem }

export type Value = Shape['Value']
export type Link = Shape['Link']
export type Collection = Shape['Collection']
export type CollectionSchema = Shape['CollectionSchema']
export type PropertySchema = Shape['PropertySchema']
export type GeometryType = NonNullable<Shape['CollectionFacts']['geometryType']>
export type Feature = Shape['Feature']
export type FeaturePage = Shape['FeatureCollection']
export type Change = Shape['Change']
export type Version = Shape['Version']
export type Statistic = Shape['Statistic']
export type Statistics = Shape['Statistics']
export type SearchHit = Shape['SearchHit']

export type PanelLayer = Shape['PanelLayer']
export type LegendRow = Shape['LegendRow']
export type Sums = Shape['Sums']

export type ChangeEvent = Shape['ChangeEvent']
export type ProgressEvent = Shape['ProgressEvent']

export type NodeFacts = Shape['Node']
export type Division = Shape['Division']
export type DivisionRef = Shape['DivisionRef']
export type Task = Shape['Task']
export type IndicatorRow = Shape['Indicator']
export type IndicatorAnswer = Shape['IndicatorValue']
export type IndicatorChild = Shape['IndicatorChild']

export type Demo = Shape['Demo']
export type DemoCard = Shape['DemoCard']
export type TourStop = Shape['TourStop']
export type Actor = Shape['Actor']

export type Import = Shape['Import']
export type ImportColumn = Shape['ImportColumn']
export type ImportError = Shape['ImportError']
export type Process = Shape['Process']
export type Job = Shape['Job']
