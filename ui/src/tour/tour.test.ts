import { beforeEach, describe, expect, it } from 'vitest'
import type { TourStop } from '@/api/types'
import { stopPath, useTour } from './useTour'

const stops: TourStop[] = Array.from({ length: 8 }, (_, i) => ({ id: `s${i}`, title: `${i}`, sentence: '', action: '', target: { page: '/map' } }))

describe('the tour of eight stops', () => {
  beforeEach(() => localStorage.clear())
  it('walks to its end and no farther', () => {
    const tour = useTour(() => stops)
    for (let i = 0; i < 12; i++) tour.next()
    expect(tour.finished.value).toBe(true)
    expect(tour.seen.value).toHaveLength(8)
    tour.back()
    expect(tour.stop.value?.id).toBe('s7')
    expect(tour.last.value).toBe(true)
  })
  it('is taken up where it was left', () => {
    const first = useTour(() => stops)
    first.next()
    first.next()
    expect(useTour(() => stops).stop.value?.id).toBe('s2')
    first.again()
    expect(useTour(() => stops).stop.value?.id).toBe('s0')
  })
  it('does not fall over what was kept', () => {
    localStorage.setItem('sangzi.tour', '{"stop":"x"}')
    expect(useTour(() => stops).at.value).toBe(0)
  })
  it('knows the page of a stop', () => {
    expect(stopPath({ ...stops[0], target: { page: '/app/map?x=1', query: { open: 'road/01' } } } as TourStop)).toEqual({
      path: '/map', query: { x: '1', open: 'road/01' },
    })
    expect(stopPath({ ...stops[0], target: { page: 'registers/road' } } as TourStop)?.path).toBe('/registers/road')
    expect(stopPath({ ...stops[0], target: { page: '' } } as TourStop)).toBeUndefined()
  })
})
