// What belongs to a road beside its sections: each register that points to them, in the order of the file.
import { nameText, quote } from '@/api/cql'
import type { say } from './texts'

type Word = Parameters<typeof say>[0]

export interface Part {
  collection: string
  /** The property that names a section; `many`: a list of them. */
  property: string
  many?: boolean
  sortby?: string
  title: Word
  none: Word
}
export const PARTS: readonly Part[] = [
  { collection: 'road_structure', property: 'section', title: 'structures', none: 'noStructures' },
  { collection: 'road_defect', property: 'section', sortby: '-found_at', title: 'defects', none: 'noDefects' },
  { collection: 'road_work', property: 'sections', many: true, sortby: '-start', title: 'works', none: 'noWorks' },
  { collection: 'road_inspection', property: 'section', sortby: '-at', title: 'inspections', none: 'noInspections' },
]

/** CQL2 for what names any of the sections, in pieces that stay short enough for an address. */
export function filtersOf(part: Pick<Part, 'property' | 'many'>, sections: string[], size = 60): string[] {
  const out: string[] = []
  for (let i = 0; i < sections.length; i += size) {
    const list = `(${sections.slice(i, i + size).map(quote).join(',')})`
    out.push(part.many ? `A_OVERLAPS(${nameText(part.property)}, ${list})` : `${nameText(part.property)} IN ${list}`)
  }
  return out
}
