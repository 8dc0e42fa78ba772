// 02 农村基础设施: the file of a road (一路一档), its name, and the defects that wait. The screens are loaded when shown.
import type { Feature } from '@/api/types'
import type { PackScreens, RecordScreen } from '@/state/packs'
import { labelText } from '@/state/title'
import { metresOf, stakeText } from '@/texts/stake'
import { say } from './texts'

const file: RecordScreen = { view: () => import('./RoadFile.vue'), whole: true, alongside: true }

function title(f: Feature, collection: string): string | undefined {
  const { code, name, from_stake, to_stake } = f.properties
  if (collection === 'road') return [code, name].filter((x) => typeof x === 'string' && x).join(' ')
  if (collection !== 'road_section' || name) return undefined // its name is worked out after it is written
  const ends = [metresOf(from_stake), metresOf(to_stake)].flatMap((m) => (m === null ? [] : [stakeText(m)])).join('–')
  return [labelText(f, 'road'), ends].filter(Boolean).join(' ')
}

export const infrastructure: PackScreens = {
  pack: '02-infrastructure',
  title,
  records: { road: file, road_section: file },
  day: () => import('./WaitingCard.vue'),
  today: () => import('./WaitingToday.vue'),
  ways: [
    { doors: ['villager'], to: '/new/road_defect', icon: 'edit', text: () => say('report'), hint: () => say('reportHint') },
    { doors: ['cadre'], to: '/new/road_defect', icon: 'edit', text: () => say('cadreAdd') },
  ],
}
