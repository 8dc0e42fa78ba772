// The inputs of a process as the fields of a form, and back.
import type { Process, Value } from '@/api/types'
import { fieldOf, hasValue, type Field } from '@/record/fields'

export function inputFields(process: Process): Field[] {
  return Object.entries(process.inputs ?? {}).map(([name, one]) => {
    const schema = { ...one.schema, title: one.title ?? one.schema?.title ?? name, description: one.description ?? one.schema?.description }
    return fieldOf(name, schema, (one.minOccurs ?? 1) > 0 ? [name] : [])
  })
}
export const startValues = (process: Process, division: string | undefined): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(process.inputs ?? {}).map(([name, one]) => {
      const first = (one.schema as { default?: Value } | undefined)?.default
      return [name, first ?? (name === 'division' && division ? division : null)]
    }),
  )
export const inputsOf = (values: Record<string, Value>): Record<string, Value> => Object.fromEntries(Object.entries(values).filter(([, v]) => hasValue(v)))

/** How long a job took, or has taken. */
export function seconds(from: string | undefined, to: string | undefined, now = Date.now()): number {
  if (!from) return 0
  return Math.max(0, Math.round(((to ? Date.parse(to) : now) - Date.parse(from)) / 1000))
}
