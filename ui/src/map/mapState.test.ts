import { describe, expect, it } from 'vitest'
import { layersText, opacitiesText, readKey, readLayers, readOpacities, readView, viewText } from './mapState'

describe('the map in the URL', () => {
  it('keeps a view', () => {
    const v = { zoom: 11.25, lat: 31.5, lon: 111.5, bearing: 0, pitch: 0 }
    expect(viewText(v)).toBe('11.25/31.5/111.5')
    expect(readView('11.25/31.5/111.5')).toEqual(v)
    expect(readView('11/31.5/111.5/20/60')?.pitch).toBe(60)
    expect(readView('11/x/111')).toBeUndefined()
    expect(readView('11/95/111')).toBeUndefined()
  })
  it('keeps layers only where they differ from the first', () => {
    const first = ['road', 'land']
    expect(layersText(new Set(['land', 'road']), first)).toBeUndefined()
    expect(layersText(new Set(['road']), first)).toBe('road')
    expect(layersText(new Set(), first)).toBe('none')
    expect([...readLayers('none', first)]).toEqual([])
    expect([...readLayers(undefined, first)]).toEqual(first)
  })
  it('keeps opacities and the open record', () => {
    expect(opacitiesText(readOpacities('land:0.5,road:1'))).toBe('land:0.5')
    expect(readKey('road/01ABC')).toEqual({ collection: 'road', id: '01ABC' })
    expect(readKey('road')).toBeUndefined()
  })
})
