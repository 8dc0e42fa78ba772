// What stands in the menu.
import type { IconName } from '@/parts/icons'
import type { TextKey } from '@/texts'

export interface NavItem {
  to: string
  text: TextKey
  /** A shorter word for the thumb's bar. */
  short?: TextKey
  icon: IconName
  /** Stands in the bar at the bottom of a phone. */
  thumb?: boolean
}

export const navItems: NavItem[] = [
  { to: '/day', text: 'frame.day', icon: 'day', thumb: true },
  { to: '/map', text: 'frame.map', icon: 'map', thumb: true },
  { to: '/registers', text: 'frame.registers', icon: 'table', thumb: true },
  { to: '/indicators', text: 'frame.indicators', icon: 'chart', thumb: true },
  { to: '/imports', text: 'frame.imports', icon: 'import' },
  { to: '/jobs', text: 'frame.jobs', icon: 'jobs' },
]
export const navMore: NavItem[] = [
  { to: '/tasks', text: 'frame.tasks', short: 'frame.tasksShort', icon: 'tasks', thumb: true },
  { to: '/wall', text: 'frame.wall', icon: 'wall' },
]
