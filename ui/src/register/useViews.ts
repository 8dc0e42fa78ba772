// Views one has named: filter, words, sort and columns, kept on this device. Days relative to today stay relative.
import { computed, type ComputedRef, type Ref } from 'vue'
import { isoDay } from '@/texts/format'
import { dayOf } from './clauses'
import { useKept } from '@/state/useKept'

export interface View {
  name: string
  filter?: string
  q?: string
  sort?: string
  columns?: string[]
}

export const loosen = (filter: string | undefined, now = new Date()): string | undefined =>
  filter?.replace(/DATE\('(\d{4}-\d{2}-\d{2})'\)/g, (all, d: string) => (d === isoDay(now) ? "DATE('today')" : all))
export const fasten = (filter: string | undefined, now = new Date()): string | undefined =>
  filter?.replace(/DATE\('(today[+-]?\d*)'\)/g, (_, d: string) => `DATE('${dayOf(d, now)}')`)

export function useViews(collection: () => string): {
  views: Ref<View[]>
  names: ComputedRef<string[]>
  keep: (view: View) => void
  drop: (name: string) => void
} {
  const views = useKept<View[]>(() => `sangzi.views.${collection()}`, [])
  const names = computed(() => views.value.map((v) => v.name))
  return {
    views,
    names,
    keep: (view) => (views.value = [...views.value.filter((v) => v.name !== view.name), { ...view, filter: loosen(view.filter) }]),
    drop: (name) => (views.value = views.value.filter((v) => v.name !== name)),
  }
}
