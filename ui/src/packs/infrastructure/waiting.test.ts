import { expect, it } from 'vitest'
import type { Feature } from '@/api/types'
import { byUrgency, openStates } from './useWaiting'

const defect = (id: string, p: Feature['properties']): Feature => ({ type: 'Feature', id, geometry: null, properties: p })

it('knows what still waits', () => {
  expect(openStates({ enum: ['发现', '确认', '关闭', '误报'] })).toEqual(['发现', '确认'])
  expect(openStates({ enum: ['found', 'closed'], 'x-sangzi': { labels: { found: '发现', closed: '关闭' } } })).toEqual(['found'])
  expect(openStates(undefined)).toEqual([])
})

it('puts danger first, then severity, then the newest', () => {
  const list = [
    defect('old', { severity: '轻', found_at: '2026-01-01' }),
    defect('new', { severity: '轻', found_at: '2026-11-01' }),
    defect('bad', { severity: '重', found_at: '2025-01-01' }),
    defect('unsafe', { severity: '轻', safety: true, found_at: '2025-01-01' }),
  ]
  expect(list.sort(byUrgency).map((f) => f.id)).toEqual(['unsafe', 'bad', 'new', 'old'])
})
