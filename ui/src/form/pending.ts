// How many photos of a form are still on their way: it is not sent before them.
import type { InjectionKey, Ref } from 'vue'

export const PENDING: InjectionKey<Ref<number>> = Symbol('pending')
