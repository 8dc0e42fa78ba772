// What a form can tell before the server is asked; each sentence says what to do.
import type { PropertyError, Value } from '@/api/types'
import { hasValue, type Field } from '@/record/fields'
import { stakeMetres } from '@/texts/stake'
import { t } from '@/texts'
import { number } from '@/texts/format'

/** １２，３００．５ and 12,300.5 are numbers too. */
export function readNumber(text: string): number | null {
  const plain = text.trim().replace(/[０-９．－]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[,，\s]/g, '')
  return /^-?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : null
}

const WEIGHT = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
/** The last character a Chinese identity number must have: GB 11643-1999, ISO 7064 MOD 11-2. */
export function idCheck(first17: string): string {
  let sum = 0
  for (let i = 0; i < 17; i++) sum += Number(first17[i]) * (WEIGHT[i] ?? 0)
  return '10X98765432'[sum % 11] ?? ''
}
function idCard(text: string): string | null {
  const id = text.trim().toUpperCase()
  if (!/^\d{17}[\dX]$/.test(id)) return t('form.badId')
  const want = idCheck(id)
  return id.endsWith(want) ? null : t('form.badIdLast', { want })
}

function formatOf(field: Field, value: string): string | null {
  switch (field.format) {
    case 'id-card':
      return idCard(value)
    case 'phone':
      return /^(1\d{10}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|\d{5,8})$/.test(value.trim()) ? null : t('form.badPhone')
    case 'email':
      return /^\S+@\S+\.\S+$/.test(value) ? null : t('form.badEmail')
    case 'url':
      return /^https?:\/\/\S+$/.test(value) ? null : t('form.badUrl')
    default:
      return null
  }
}
function patternOf(field: Field, value: string): string | null {
  if (!field.pattern) return null
  try {
    return new RegExp(field.pattern, 'u').test(value) ? null : t('form.badPattern', { what: field.title })
  } catch {
    return null
  }
}
function figure(field: Field, value: Value): string | null {
  if (typeof value !== 'number') return t('form.badNumber', { value: String(value) })
  if (field.kind === 'integer' && !Number.isInteger(value)) return t('form.badInteger')
  const { min, max } = field
  if (min !== undefined && max !== undefined && (value < min || value > max)) return t('form.badRange', { min: number(min), max: number(max) })
  if (min !== undefined && value < min) return t('form.badMin', { min: number(min) })
  if (max !== undefined && value > max) return t('form.badMax', { max: number(max) })
  return null
}
function wordsOf(field: Field, value: Value): string | null {
  const text = String(value)
  if (field.maxLength !== undefined && [...text].length > field.maxLength) return t('form.tooLong', { n: [...text].length, max: field.maxLength })
  return formatOf(field, text) ?? patternOf(field, text)
}

/** The sentence beside a field, or null. */
export function checkField(field: Field, value: Value | undefined): string | null {
  if (!hasValue(value) || value === undefined) return field.required ? t(field.options.length || field.ref.length ? 'form.mustChoose' : 'form.mustFill', { what: field.title }) : null
  if (field.many && Array.isArray(value)) return null
  if (field.kind === 'stake') return typeof value === 'number' || stakeMetres(String(value)) !== null ? null : t('form.badStake')
  if (field.kind === 'integer' || field.kind === 'number' || field.kind === 'money') return figure(field, value)
  return field.kind === 'text' || field.kind === 'long' ? wordsOf(field, value) : null
}
export const checkAll = (fields: Field[], values: Record<string, Value>): PropertyError[] =>
  fields.flatMap((f) => {
    const detail = checkField(f, values[f.name])
    return detail ? [{ property: f.name, detail }] : []
  })
