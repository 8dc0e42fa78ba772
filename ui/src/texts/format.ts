// Numbers and days as the county writes them.
import { look } from '@/theme/look'
import { t } from './index'

const locale = (): string => (look.lang === 'en' ? 'en-GB' : 'zh-CN')

export const number = (n: number | null | undefined, digits?: number): string =>
  n === null || n === undefined || Number.isNaN(n)
    ? '—'
    : n.toLocaleString(locale(), { maximumFractionDigits: digits ?? 2, minimumFractionDigits: digits })

/** A share told by the server as 0–1, 0–100, or a sentence of its own. */
export function share(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return '—'
  if (typeof value === 'string') return value
  return `${number(value <= 1 ? value * 100 : value, 0)}%`
}

const parse = (iso: string): Date => new Date(/^\d{4}-\d{2}-\d{2}$/.test(iso) ? `${iso}T00:00:00` : iso)

const two = (n: number): string => String(n).padStart(2, '0')
/** 2026-11-23, of this device's day. */
export const isoDay = (d: Date): string => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`

/** 11月23日 周一, with the year where it is not this one. */
export function day(iso: string | null | undefined, now = new Date()): string {
  if (!iso) return '—'
  const d = parse(iso)
  if (Number.isNaN(d.getTime())) return iso
  const year = d.getFullYear() === now.getFullYear() ? undefined : ('numeric' as const)
  if (look.lang === 'en') return d.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', weekday: 'short', year })
  const week = '日一二三四五六'[d.getDay()] ?? ''
  return `${year ? `${d.getFullYear()}年` : ''}${d.getMonth() + 1}月${d.getDate()}日 周${week}`
}

export function clock(iso: string | null | undefined): string {
  if (!iso) return '—'
  const d = parse(iso)
  return Number.isNaN(d.getTime()) ? iso : d.toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit', hour12: false })
}

export const moment = (iso: string | null | undefined): string => (iso ? `${day(iso)} ${clock(iso)}` : '—')

/** 刚刚 · 5 分钟前 · 3 小时前 · 昨天 · 11月20日 周五 */
export function ago(iso: string | null | undefined, now = new Date()): string {
  if (!iso) return '—'
  const d = parse(iso)
  if (Number.isNaN(d.getTime())) return iso
  const minutes = Math.floor((now.getTime() - d.getTime()) / 60000)
  if (minutes < -5) return day(iso, now)
  if (minutes < 1) return t('common.justNow')
  if (minutes < 60) return t('common.minutesAgo', { n: minutes })
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
  if (d.getTime() >= midnight) return t('common.hoursAgo', { n: Math.max(1, Math.floor(minutes / 60)) })
  if (d.getTime() >= midnight - 86400000) return t('common.yesterday')
  return day(iso, now)
}

/** 1 亩 is 2000/3 m². From ten thousand on in 万亩; a reader of English has thousands. */
export function muText(m2: number): string {
  const mu = (m2 * 3) / 2000
  if (look.lang === 'zh' && mu >= 10000) return `${number(Number((mu / 10000).toFixed(mu >= 1e6 ? 0 : 1)))} 万${t('common.mu')}`
  return `${number(Number(mu.toFixed(mu >= 100 ? 0 : 1)))} ${t('common.mu')}`
}
export const hectareText = (m2: number): string => `${number(Number((m2 / 10000).toFixed(m2 >= 1e6 ? 0 : 1)))} ${t('common.hectares')}`
export const lengthText = (m: number): string =>
  m < 1000 ? `${number(m, 0)} ${t('common.metres')}` : `${number(Number((m / 1000).toFixed(m >= 1e5 ? 0 : 1)))} ${t('common.kilometres')}`
