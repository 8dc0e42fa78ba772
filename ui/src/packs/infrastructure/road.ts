// A road laid straight: its sections in order of their stakes, metres by class.
import type { Feature } from '@/api/types'
import { labelText } from '@/state/title'
import { metresOf } from '@/texts/stake'

export interface StripPart {
  id: string
  from: number
  to: number
  condition: string
  /** The class in the reader's words. */
  word: string
  pqi: number | null
}

/** The sections along the road, in order of their stakes. */
export function strip(sections: Feature[]): StripPart[] {
  const parts: StripPart[] = []
  for (const s of sections) {
    const from = metresOf(s.properties.from_stake)
    const to = metresOf(s.properties.to_stake)
    if (from === null || to === null) continue
    parts.push({
      id: s.id,
      from: Math.min(from, to),
      to: Math.max(from, to),
      condition: typeof s.properties.condition === 'string' ? s.properties.condition : '',
      word: labelText(s, 'condition'),
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

