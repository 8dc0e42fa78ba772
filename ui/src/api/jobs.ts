// OGC API Processes: what can be computed, and the runs of it.
import { actorHeaders } from './actor'
import { ask, askFull, type Answer } from './client'
import type { Job, Process, Result, Value } from './types'

const enc = encodeURIComponent

export const getProcesses = (signal?: AbortSignal): Promise<Result<{ processes: Process[] }>> => ask('/processes', { signal })
export const getProcess = (id: string, signal?: AbortSignal): Promise<Result<Process>> => ask(`/processes/${enc(id)}`, { signal })
export const execute = (
  id: string,
  inputs: Record<string, Value>,
  wait = false,
): Promise<Result<Answer<Record<string, Value>>>> =>
  askFull(`/processes/${enc(id)}/execution`, {
    method: 'POST',
    body: { inputs },
    headers: { ...actorHeaders(), ...(wait ? {} : { Prefer: 'respond-async' }) },
  })
export const getJobs = (signal?: AbortSignal): Promise<Result<{ jobs: Job[] }>> => ask('/jobs', { signal })
export const getJob = (id: string, signal?: AbortSignal): Promise<Result<Job>> => ask(`/jobs/${enc(id)}`, { signal })
export const getJobResults = (id: string, signal?: AbortSignal): Promise<Result<Record<string, Value>>> =>
  ask(`/jobs/${enc(id)}/results`, { signal })
export const getJobLog = (id: string, signal?: AbortSignal): Promise<Result<Value>> => ask(`/jobs/${enc(id)}/log`, { signal })
export const cancelJob = (id: string): Promise<Result<Job | null>> =>
  ask(`/jobs/${enc(id)}`, { method: 'DELETE', headers: actorHeaders() })
