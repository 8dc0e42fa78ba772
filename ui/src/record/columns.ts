// How wide a column stands, and on which side its values.
import { isNumeric, type Field } from './fields'

const WIDTH: Record<string, number> = {
  text: 11, long: 18, integer: 6.5, number: 7, money: 8.5, boolean: 5.5, date: 10, time: 13.5, enum: 7.5, ref: 13, division: 13, stake: 7.5, photo: 6, json: 12,
}
const rightward = (f: Field): boolean => isNumeric(f) || f.kind === 'stake'
const stretches = (f: Field): boolean => ['text', 'long', 'ref', 'division'].includes(f.kind)
/** Chinese letters count one, others half. */
const letters = (text: string): number => [...text].reduce((n, c) => n + (c.charCodeAt(0) > 0x2e80 ? 1 : 0.56), 0)
export const headOf = (f: Field): string => (f.unit ? `${f.title} (${f.unit})` : f.title)

/** What its words need; a code with a colour has a dot before it. */
const words = (f: Field): number =>
  f.kind === 'enum' ? Math.min(14, Math.max(0, ...f.options.map((o) => letters(o.word) + (o.color ? 3.6 : 2.2)))) : 0
const TICK = 2.9
const leastOf = (f: Field): number => Math.max(WIDTH[f.kind] ?? 10, letters(headOf(f)) + 3.2, words(f))

export function gridOf(columns: Field[]): string {
  const tracks = columns.map((f) => {
    const least = `${leastOf(f).toFixed(1)}rem`
    return stretches(f) ? `minmax(${least}, 1fr)` : least
  })
  return `${TICK}rem ${tracks.join(' ')}${columns.some(stretches) ? '' : ' 1fr'}`
}
/** The least width of head, rows and foot together: narrower, the table scrolls. */
export const leastWidth = (columns: Field[]): string =>
  `${columns.reduce((sum, f) => sum + Number(leastOf(f).toFixed(1)), TICK).toFixed(1)}rem`
export const isRight = rightward
