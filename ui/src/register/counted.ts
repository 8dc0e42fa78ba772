// How many a list holds, as far as that is known: the number, or what has been read and a plus.
import { t } from '@/texts'
import { number } from '@/texts/format'

/** The last full thousand once there is one: a number that does not flicker while one scrolls. */
export const floorOf = (known: number): number => (known < 1000 ? known : known - (known % 1000))

export function countWords(total: number | null, known: number): string {
  if (total !== null) return t('register.count', { n: number(total) })
  return known ? t('register.countAtLeast', { n: number(floorOf(known)) }) : t('register.counting')
}
