// The jobs, followed while one of them runs.
import { onBeforeUnmount, onMounted, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { cancelJob, getJobs, onProgress, type Job, type Problem } from '@/api'

export const idOf = (job: Job): string => job.jobID
export const isOn = (job: Job): boolean => job.status === 'running' || job.status === 'accepted'
/** Of the work, 0 to 1; the server tells whole percents. */
export const shareOf = (job: Job): number => Math.min(1, job.progress / 100)

export function useJobs(): { jobs: ShallowRef<Job[] | null>; problem: Ref<Problem | null>; read: () => Promise<void>; stop: (id: string) => Promise<void> } {
  const jobs = shallowRef<Job[] | null>(null)
  const problem = ref<Problem | null>(null)
  let timer = 0
  let gone = false
  async function read(): Promise<void> {
    clearTimeout(timer)
    timer = 0
    const got = await getJobs()
    if (gone) return
    problem.value = got.ok ? null : got.problem
    if (got.ok) jobs.value = [...got.value.jobs].sort((a, b) => (b.created ?? b.started ?? '').localeCompare(a.created ?? a.started ?? ''))
    if (jobs.value?.some(isOn)) timer = window.setTimeout(() => void read(), 1000)
  }
  async function stop(id: string): Promise<void> {
    const got = await cancelJob(id)
    if (!got.ok) problem.value = got.problem
    await read()
  }
  let off: (() => void) | undefined
  onMounted(() => {
    void read()
    off = onProgress((p) => p.job && !timer && void read())
  })
  onBeforeUnmount(() => {
    gone = true
    clearTimeout(timer)
    off?.()
  })
  return { jobs, problem, read, stop }
}
