import type { SearchHit } from '@/api/types'
import { describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { hitDetail, hitPath, usePalette } from './usePalette'

const hit: SearchHit = { division: '990121', divisionName: '', matched: '', score: 1, geometry: null, bbox: null, collection: 'division', collectionTitle: '行政区划', id: '01A', title: '石桥村', subtitle: '枫涧镇' }

describe('Ctrl K', () => {
  it('lands on the map where there is a place', () => {
    expect(hitPath(hit)).toBe('/map?open=division/01A')
    expect(hitPath({ ...hit, collection: 'person' })).toBe('/records/person/01A')
    expect(hitDetail(hit)).toBe('行政区划 · 枫涧镇')
  })
  it('offers pages before anything is typed, records after', async () => {
    vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ results: [hit, hit, hit, hit] })))
    const p = usePalette()
    expect(p.choices.value.map((c) => c.to)).toContain('/map')
    p.words.value = '石桥'
    await nextTick()
    await vi.waitFor(() => expect(p.hits.value).toHaveLength(4))
    expect(p.choices.value[0]?.title).toBe('石桥村')
    vi.unstubAllGlobals()
  })
  it('says when nothing was found', async () => {
    vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ results: [] })))
    const p = usePalette()
    p.words.value = '没有的地方'
    await vi.waitFor(() => expect(p.nothing.value).toBe(true))
    vi.unstubAllGlobals()
  })
})
