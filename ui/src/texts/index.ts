// Every word on screen. Keys are a type: t('map.layers') compiles only if both catalogues hold it.
import { look } from '@/theme/look'
import { en } from './en'
import { zh } from './zh'

type Catalogue = typeof zh
export type TextKey = {
  [A in keyof Catalogue & string]: `${A}.${keyof Catalogue[A] & string}`
}[keyof Catalogue & string]
export type Fill = Record<string, string | number>

const catalogues: Record<'zh' | 'en', Record<string, Record<string, string>>> = { zh, en }

const filled = (sentence: string, fill: Fill): string =>
  sentence.replace(/\{(\w+)\}/g, (whole, what: string) => (what in fill ? String(fill[what]) : whole))

/** The sentence of a key in the reader's language, {name} filled in. */
export function t(key: TextKey, fill: Fill = {}): string {
  const cut = key.indexOf('.')
  const area = key.slice(0, cut)
  const name = key.slice(cut + 1)
  const sentence = catalogues[look.lang][area]?.[name] ?? key
  return filled(sentence, fill)
}

/** The words of one pack, kept in its own folder: both languages hold the same keys, or it does not compile. */
export const ownTexts =
  <C extends Record<string, string>>(own: C, english: { [K in keyof C]: string }) =>
  (key: keyof C & string, fill: Fill = {}): string =>
    filled((look.lang === 'en' ? english : own)[key], fill)
