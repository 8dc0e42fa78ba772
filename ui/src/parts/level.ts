// On which level the parts of a record are headed: h2 under a page's title, h3 in a panel.
import type { InjectionKey } from 'vue'

export const LEVEL: InjectionKey<'h2' | 'h3'> = Symbol('level')
