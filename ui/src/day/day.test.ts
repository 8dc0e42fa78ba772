import { expect, it } from 'vitest'
import { changedByPeople } from './useDay'

it('asks for what people changed lately', () => {
  expect(changedByPeople(Date.parse('2026-11-23T08:00:00Z'))).toBe("changed_at >= TIMESTAMP('2026-11-20T08:00:00Z') AND source <> 'computed'")
})
