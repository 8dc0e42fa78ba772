// Imports begun on this device, newest first.
import { ref } from 'vue'
import { readKept, writeKept } from '@/state/useKept'

export interface Begun {
  id: string
  name: string
  at: string
}
const KEY = 'sangzi.imports'
export const begun = ref<Begun[]>(readKept<Begun[]>(KEY, []))
function keep(list: Begun[]): void {
  begun.value = list
  writeKept(KEY, list)
}
export const remember = (one: Begun): void => keep([one, ...begun.value.filter((b) => b.id !== one.id)].slice(0, 30))
export const forget = (id: string): void => keep(begun.value.filter((b) => b.id !== id))
