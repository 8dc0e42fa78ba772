import { expect, it } from 'vitest'
import { distance, pathLength, ringArea } from './measure'

it('measures on the ground', () => {
  expect(distance([111.5, 31], [111.5, 32])).toBeCloseTo(111195, -2)
  expect(pathLength([[111, 31], [111, 31.01], [111, 31.02]])).toBeCloseTo(2224, -1)
  const side = 0.01
  const area = ringArea([[111, 31], [111 + side, 31], [111 + side, 31 + side], [111, 31 + side]])
  expect(area / 1e6).toBeCloseTo(1.06, 1)
  expect(ringArea([[111, 31], [112, 31]])).toBe(0)
})
