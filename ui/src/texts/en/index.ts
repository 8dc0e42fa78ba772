import type { zh } from '../zh'
import { common } from './common'
import { error } from './error'
import { frame } from './frame'
import { palette } from './palette'
import { map } from './map'
import { day } from './day'
import { tasks } from './tasks'
import { indicators } from './indicators'
import { tour } from './tour'
import { wall } from './wall'
import { register } from './register'
import { record } from './record'
import { form } from './form'
import { imports } from './imports'
import { jobs } from './jobs'
import { print } from './print'
import { queue } from './queue'
import { view } from './view'

export const en: { [A in keyof typeof zh]: Record<keyof (typeof zh)[A], string> } = {
  common, error, frame, palette, map, day, tasks, indicators, tour, wall,
  register, record, form, imports, jobs, print, queue, view,
}
