// What was done and by which way, in the county's words.
import { t, type TextKey } from '@/texts'

const VERBS: Record<string, TextKey> = {
  create: 'record.verbCreate', update: 'record.verbUpdate', retire: 'record.verbRetire', restore: 'record.verbRestore', merge: 'record.verbMerge',
}
const SOURCES: Record<string, TextKey> = {
  form: 'record.sourceForm', typed: 'record.sourceTyped', imported: 'record.sourceImported', import: 'record.sourceImported',
  device: 'record.sourceDevice', computed: 'record.sourceComputed', exchanged: 'record.sourceExchanged',
}
const say = (known: Record<string, TextKey>, word: string | undefined): string => {
  const key = word ? known[word] : undefined
  return key ? t(key) : (word ?? '')
}
export const verbWord = (verb: string): string => say(VERBS, verb)
export const sourceWord = (source: string | undefined): string => say(SOURCES, source)
