// The inputs of a process as the fields of a form, and back.
import type { Process, Value } from '@/api/types'
import { fieldOf, hasValue, type Field } from '@/record/fields'

export function inputFields(process: Process): Field[] {
  return Object.entries(process.inputs ?? {}).map(([name, one]) => {
    const schema = { ...one.schema, title: one.title ?? one.schema?.title ?? name, description: one.description ?? one.schema?.description }
    const field = fieldOf(name, schema, (one.minOccurs ?? 1) > 0 ? [name] : [])
    const bare = field.kind === 'text' && !schema.type && !schema.format
    return { ...field, kind: name === 'division' ? ('division' as const) : bare ? ('json' as const) : field.kind }
  })
}
export const startValues = (process: Process, division: string | undefined): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(process.inputs ?? {}).map(([name, one]) => {
      const first = (one.schema as { default?: Value } | undefined)?.default
      return [name, first ?? (name === 'division' && division ? division : null)]
    }),
  )
/** A structure is typed as JSON; what is none goes as it is, and the server says what would have been right. */
function told(v: Value): Value {
  if (typeof v !== 'string' || !/^\s*[[{]/.test(v)) return v
  try {
    return JSON.parse(v) as Value
  } catch {
    return v
  }
}
export const inputsOf = (values: Record<string, Value>): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).filter(([, v]) => hasValue(v)).map(([k, v]) => [k, told(v)]))

/** How long a job took, or has taken. */
export function seconds(from: string | undefined, to: string | undefined, now = Date.now()): number {
  if (!from) return 0
  return Math.max(0, Math.round(((to ? Date.parse(to) : now) - Date.parse(from)) / 1000))
}
