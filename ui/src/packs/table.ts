// The packs with screens of their own. A new one: its folder beside this file, and its row.
import type { PackScreens } from '@/state/packs'
import { infrastructure } from './infrastructure'

export const packs: readonly PackScreens[] = [infrastructure]
