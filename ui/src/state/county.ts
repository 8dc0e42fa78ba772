// What every page needs to know of the county: the node, its collections, the demonstration.
import { computed, ref, shallowRef } from 'vue'
import { getCollections } from '@/api/features'
import { getDemo, getNode, getTasks } from '@/api/county'
import type { Collection, Demo, NodeFacts, Problem, Task } from '@/api/types'

export const node = shallowRef<NodeFacts | null>(null)
export const collections = shallowRef<Collection[]>([])
export const demo = shallowRef<Demo | null>(null)
export const tasks = shallowRef<Task[]>([])
export const countyProblem = ref<Problem | null>(null)
export const isDemo = computed(() => Boolean(node.value?.demo))

export async function loadNode(): Promise<void> {
  const got = await getNode()
  if (got.ok) node.value = got.value
  countyProblem.value = got.ok ? null : got.problem
}

export async function loadDemo(): Promise<void> {
  const got = await getDemo()
  if (got.ok) demo.value = got.value
}

export async function loadCollections(): Promise<void> {
  const got = await getCollections()
  if (got.ok) collections.value = got.value.collections
  else countyProblem.value = got.problem
}

/** The 28 tasks, for the menu; a county without that face simply lists none. */
export async function loadTasks(): Promise<void> {
  const got = await getTasks()
  if (got.ok) tasks.value = got.value.tasks
}

/** Everything again: at the start and when the language changes. */
export async function loadCounty(): Promise<void> {
  await Promise.all([loadNode(), loadCollections(), loadTasks()])
  if (isDemo.value) await loadDemo()
}

export const collectionOf = (id: string): Collection | undefined => collections.value.find((c) => c.id === id)
export const titleOf = (id: string): string => collectionOf(id)?.title ?? id
