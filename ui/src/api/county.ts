// The node, its divisions, tasks, indicators, the demonstration and the map's style.
import type { StyleSpecification } from 'maplibre-gl'
import { actorHeaders } from './actor'
import { ask } from './client'
import type { Demo, Division, IndicatorAnswer, IndicatorRow, NodeFacts, Result, Task } from './types'

const enc = encodeURIComponent

export const getNode = (signal?: AbortSignal): Promise<Result<NodeFacts>> => ask('/node', { signal })
export const getDivision = (code?: string, signal?: AbortSignal): Promise<Result<Division>> =>
  ask(code ? `/divisions/${enc(code)}` : '/divisions', { signal })
export const getTasks = (signal?: AbortSignal): Promise<Result<{ tasks: Task[] }>> => ask('/tasks', { signal })
export const getIndicators = (signal?: AbortSignal): Promise<Result<{ indicators: IndicatorRow[] }>> =>
  ask('/indicators', { signal })
export const getIndicator = (
  id: string,
  q: { division?: string; period?: string } = {},
  signal?: AbortSignal,
): Promise<Result<IndicatorAnswer>> => ask(`/indicators/${enc(id)}`, { query: q, signal })
export const getDemo = (signal?: AbortSignal): Promise<Result<Demo>> => ask('/demo', { signal })
export const setLive = (on: boolean): Promise<Result<Partial<Demo> | null>> =>
  ask('/demo/live', { method: 'POST', body: { on }, headers: actorHeaders() })
export const resetDemo = (): Promise<Result<null>> => ask('/demo/reset', { method: 'POST', headers: actorHeaders() })
export const getStyle = (signal?: AbortSignal): Promise<Result<StyleSpecification>> => ask('/styles/county', { signal })
