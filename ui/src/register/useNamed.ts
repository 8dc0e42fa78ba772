// What the references of a sentence are called.
import { reactive, watch } from 'vue'
import { refTitle } from '@/form/refs'
import type { Field } from '@/record/fields'
import { isFree, type Clause } from './clauses'

export function useNamed(clauses: () => Clause[], fields: () => Field[]): Record<string, string> {
  const named = reactive<Record<string, string>>({})
  watch(
    () => JSON.stringify(clauses()),
    () => {
      for (const c of clauses()) {
        if (isFree(c)) continue
        const field = fields().find((f) => f.name === c.property)
        if (field?.kind !== 'ref' && field?.kind !== 'division') continue
        for (const v of c.values) {
          const key = String(v)
          if (named[key] || !key) continue
          void refTitle(field.kind === 'division' ? ['division'] : field.ref, key).then((title) => (named[key] = title))
        }
      }
    },
    { immediate: true },
  )
  return named
}
