// How a figure reads: its value in its unit, its change, the records behind it.
import type { IndicatorAnswer } from '@/api/types'
import { address } from '@/api/client'
import { number } from '@/texts/format'
import { t } from '@/texts'

/** A share is told as 0–1 by some sources and as a percentage by others; the fraction decides. */
export function percentScale(a: Pick<IndicatorAnswer, 'unit' | 'value' | 'numerator' | 'denominator'>): number {
  if (a.unit !== '%' || a.value === null || a.value === 0) return 1
  if (a.denominator && a.numerator !== null && a.numerator !== undefined) {
    const share = a.numerator / a.denominator
    return Math.abs(a.value - share) <= Math.abs(a.value - share * 100) ? 100 : 1
  }
  return 1
}

export function valueText(a: Pick<IndicatorAnswer, 'unit' | 'value' | 'numerator' | 'denominator'>): string {
  if (a.value === null || a.value === undefined) return '—'
  const v = a.value * percentScale(a)
  return number(v, Math.abs(v) >= 1000 || Number.isInteger(v) ? 0 : 1)
}

export function changeText(a: IndicatorAnswer): string {
  if (a.previous === null || a.previous === undefined || a.value === null) return t('indicators.noPrevious')
  const step = (a.value - a.previous) * percentScale(a)
  const unit = a.unit ? ` ${a.unit === '%' ? t('indicators.points') : a.unit}` : ''
  if (Math.abs(step) < 0.05) return t('indicators.same')
  return t(step > 0 ? 'indicators.up' : 'indicators.down', { n: number(Math.abs(step), 1) + unit })
}

/** The register, filtered to what the figure counts. */
export function recordsPath(a: IndicatorAnswer, division: string | undefined, numerator = false): string | undefined {
  if (!a.collection) return undefined
  const filter = numerator && a.numeratorFilter ? (a.filter ? `(${a.filter}) AND (${a.numeratorFilter})` : a.numeratorFilter) : a.filter
  return address(`/registers/${encodeURIComponent(a.collection)}`, { filter, division })
}
