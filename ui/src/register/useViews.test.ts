import { describe, expect, it } from 'vitest'
import { readSort, turnSort, writeSort } from './useRegister'
import { fasten, loosen } from './useViews'

const now = new Date('2026-11-23T10:00:00')

describe('views and sorts', () => {
  it('keep today as today', () => {
    const kept = loosen("due < DATE('2026-11-23') AND at > DATE('2026-01-01')", now)
    expect(kept).toBe("due < DATE('today') AND at > DATE('2026-01-01')")
    expect(fasten(kept, new Date('2026-12-01T08:00:00'))).toBe("due < DATE('2026-12-01') AND at > DATE('2026-01-01')")
  })
  it('turn up, down, off', () => {
    let keys = turnSort([], 'pqi', false)
    expect(writeSort(keys)).toBe('+pqi')
    keys = turnSort(keys, 'pqi', false)
    expect(writeSort(keys)).toBe('-pqi')
    keys = turnSort(keys, 'name', true)
    expect(writeSort(keys)).toBe('-pqi,+name')
    expect(turnSort(readSort('-pqi'), 'pqi', false)).toEqual([])
  })
})
