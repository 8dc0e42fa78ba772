// How wide a column stands, and on which side its values.
import { isNumeric, type Field } from '@/record/fields'

const WIDTH: Record<string, number> = {
  text: 11, long: 18, integer: 6.5, number: 7, money: 8.5, boolean: 5.5, date: 10, time: 13.5, enum: 7.5, ref: 13, division: 13, stake: 7.5, photo: 6, json: 12,
}
const rightward = (f: Field): boolean => isNumeric(f) || f.kind === 'stake'
const stretches = (f: Field): boolean => ['text', 'long', 'ref', 'division'].includes(f.kind)
/** Chinese letters count one, others half. */
const letters = (text: string): number => [...text].reduce((n, c) => n + (c.charCodeAt(0) > 0x2e80 ? 1 : 0.56), 0)
export const headOf = (f: Field): string => (f.unit ? `${f.title} (${f.unit})` : f.title)

export function gridOf(columns: Field[]): string {
  const tracks = columns.map((f) => {
    const least = `${Math.max(WIDTH[f.kind] ?? 10, letters(headOf(f)) + 3.2).toFixed(1)}rem`
    return stretches(f) ? `minmax(${least}, 1fr)` : least
  })
  return `2.9rem ${tracks.join(' ')}${columns.some(stretches) ? '' : ' 1fr'}`
}
export const isRight = rightward
