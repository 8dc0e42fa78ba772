// 一路一档: the file of a road, read from the public faces; stakes put its parts in order.
import type { Feature, Value } from '@/api/types'

/** K12+300 → 12300; a number stays; otherwise undefined. */
export function stakeMetres(v: Value | undefined): number | undefined {
  if (typeof v === 'number') return v
  if (typeof v !== 'string') return undefined
  const found = /^[A-Z]?K?(\d+)\+(\d{1,3}(?:\.\d+)?)$/i.exec(v.trim())
  return found ? Number(found[1]) * 1000 + Number(found[2]) : undefined
}

export const stakeText = (m: number): string => `K${Math.floor(m / 1000)}+${String(Math.round(m % 1000)).padStart(3, '0')}`

export interface StripPart {
  id: string
  from: number
  to: number
  condition: string
  pqi: number | null
}

/** The sections along the road, in order of their stakes. */
export function strip(sections: Feature[]): StripPart[] {
  const parts: StripPart[] = []
  for (const s of sections) {
    const from = stakeMetres(s.properties.from_stake)
    const to = stakeMetres(s.properties.to_stake)
    if (from === undefined || to === undefined) continue
    parts.push({
      id: s.id,
      from: Math.min(from, to),
      to: Math.max(from, to),
      condition: typeof s.properties.condition === 'string' ? s.properties.condition : '',
      pqi: typeof s.properties.pqi === 'number' ? s.properties.pqi : null,
    })
  }
  return parts.sort((a, b) => a.from - b.from)
}

export const grades = ['优', '良', '中', '次', '差'] as const
const gradeCodes: Record<string, (typeof grades)[number]> = {
  excellent: '优', good: '良', medium: '中', fair: '中', poor: '次', bad: '差', a: '优', b: '良', c: '中', d: '次', e: '差',
}
/** The class of a section whichever way its code is written. */
export const gradeOf = (condition: string): (typeof grades)[number] | undefined =>
  grades.find((g) => g === condition) ?? gradeCodes[condition.toLowerCase()]

/** Metres by class: [优, 良, 中, 次, 差]. */
export function metresByGrade(parts: StripPart[]): number[] {
  return grades.map((g) => parts.filter((p) => gradeOf(p.condition) === g).reduce((m, p) => m + p.to - p.from, 0))
}

/** A CQL2 list of ids, in pieces that stay short enough for an address. */
export function idFilters(property: string, ids: string[], size = 60): string[] {
  const out: string[] = []
  for (let i = 0; i < ids.length; i += size)
    out.push(`${property} IN (${ids.slice(i, i + size).map((id) => `'${id.replaceAll("'", "''")}'`).join(',')})`)
  return out
}
