// The facts of a record in the groups of its pack; empty optional ones stand apart.
import type { Feature, Version } from '@/api/types'
import { t } from '@/texts'
import { hasValue, isQuiet, type Field } from './fields'

export interface FactGroup {
  title: string
  fields: Field[]
}
export function groupsOf(fields: Field[], other = t('record.otherGroup')): FactGroup[] {
  const by = new Map<string, Field[]>()
  for (const f of fields) by.set(f.group || '', [...(by.get(f.group || '') ?? []), f])
  const unnamed = (at: number): string => (by.size < 2 ? '' : at === 0 ? t('form.group') : other)
  return [...by].map(([title, list], at) => ({ title: title || unnamed(at), fields: list }))
}
export function factsOf(feature: Feature, fields: Field[]): { groups: FactGroup[]; empty: Field[]; base: Field[] } {
  // What others point here with is told among the relations.
  const told = fields.filter((f) => !isQuiet(f) && f.kind !== 'photo' && !(f.many && f.readOnly && f.ref.length > 0))
  const full = told.filter((f) => f.required || hasValue(feature.properties[f.name]))
  const division = full.filter((f) => f.name === 'division')
  const own = full.filter((f) => f.name !== 'division')
  const first = own[0]?.group ?? ''
  return {
    groups: groupsOf([...own, ...division.map((f) => ({ ...f, group: first }))]),
    empty: told.filter((f) => !full.includes(f)),
    base: fields.filter((f) => isQuiet(f) && hasValue(feature.properties[f.name])),
  }
}

/** The version a value comes from: the newest that changed it, else the first. */
export function originOf(name: string, versions: Version[] | null): Version | undefined {
  if (!versions?.length) return undefined
  return versions.find((v) => v.changes?.some((c) => c.property === name)) ?? versions.at(-1)
}
