// Up to five short words stand open as choices; more go into a list.
import type { Field } from '@/record/fields'

export const asChoices = (f: Field): boolean =>
  f.kind === 'enum' && f.options.length > 0 && f.options.length <= 5 && f.options.every((o) => o.word.length <= 6)
