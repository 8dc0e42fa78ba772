import type { StyleSpecification } from 'maplibre-gl'
import { describe, expect, it } from 'vitest'
import { maskOf } from './mask'
import { composeStyle, daysAgo, emptyCollection, enlarge, fade, firstShown, panelLayers, terrainSource, younger } from './style'

const county: StyleSpecification = {
  version: 8,
  glyphs: 'http://elsewhere/{fontstack}/{range}.pbf',
  sources: {
    dem: { type: 'raster-dem', tiles: ['/map/tiles/{z}/{y}/{x}'] },
    road: { type: 'vector', tiles: ['/collections/road/tiles/WebMercatorQuad/{z}/{y}/{x}'] },
  },
  layers: [
    { id: 'ground', type: 'background', paint: { 'background-color': '#fff' } },
    { id: 'road-line', type: 'line', source: 'road', 'source-layer': 'road', metadata: { 'sangzi:layer': 'road' }, paint: { 'line-opacity': 0.8 } },
  ],
  metadata: { 'sangzi:layers': [{ id: 'road', title: '路况', visible: true }, { id: 'land', title: '图斑', visible: false }] },
}
const shown = (layers: string[], dark = false) => ({
  layers: new Set(layers), opacities: new Map([['road', 0.5]]), dark, since: new Map([['road', 30]]), letters: 1.25, open: emptyCollection(), measure: emptyCollection(),
})

describe('the style on screen', () => {
  it('lists what the panel lists', () => {
    expect(panelLayers(county).map((l) => l.title)).toEqual(['路况', '图斑'])
    expect(firstShown(panelLayers(county))).toEqual(['road'])
    expect(terrainSource(county)).toBe('dem')
  })
  it('asks no glyph server and makes addresses absolute', () => {
    const made = composeStyle(county, shown(['road']), 'http://county.example')
    expect(made.glyphs).toBeUndefined()
    expect(made.sources.road).toMatchObject({ tiles: ['http://county.example/collections/road/tiles/WebMercatorQuad/{z}/{y}/{x}'] })
  })
  it('hides, fades and darkens', () => {
    const made = composeStyle(county, shown([], true), '')
    const road = made.layers.find((l) => l.id === 'road-line')
    expect(road?.layout).toMatchObject({ visibility: 'none' })
    expect(road?.paint).toMatchObject({ 'line-opacity': 0.4 })
    expect(made.layers[0]?.paint).toMatchObject({ 'background-color': '#181b1f' })
  })
  it('shows only what is younger, and larger letters', () => {
    expect(younger(['==', 'a', 1], 'found_at', 7)).toMatchObject(['all', ['==', 'a', 1], ['>=', ['to-string', ['get', 'found_at']], expect.any(String)]])
    expect(younger(undefined, 'found_at', undefined)).toBeUndefined()
    expect(daysAgo(1, Date.parse('2026-11-23T12:00:00Z'))).toBe('2026-11-22')
    expect(enlarge(['interpolate', ['linear'], ['zoom'], 8, 10, 12, 20], 1.5)).toEqual(['interpolate', ['linear'], ['zoom'], 8, 15, 12, 30])
  })
  it('fades a ramp by its values, not by its zooms', () => {
    expect(fade(['interpolate', ['linear'], ['zoom'], 8, 1, 12, 0.5], 0.5)).toEqual(['interpolate', ['linear'], ['zoom'], 8, 0.5, 12, 0.25])
    expect(fade(['step', ['zoom'], 1, 12, 0.5], 0.5)).toEqual(['step', ['zoom'], 0.5, 12, 0.25])
    expect(fade(undefined, 0.3)).toBe(0.3)
  })
  it('lays the relief over the land, under roads, and paper beyond the border', () => {
    const land = { id: 'land', type: 'fill', source: 'road', metadata: { 'sangzi:layer': 'land' }, paint: {} } as const
    const shade = { id: 'shade', type: 'hillshade', source: 'dem' } as const
    const made = composeStyle({ ...county, layers: [county.layers[0]!, shade, land, county.layers[1]!] }, shown(['road']), '')
    expect(made.layers.map((l) => l.id).slice(0, 6)).toEqual(['ground', 'land', 'shade', 'mask', 'mask-edge', 'road-line'])
    const ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    const mask = maskOf({ type: 'MultiPolygon', coordinates: [[ring], [ring]] }).features[0]?.geometry
    expect(mask?.type === 'Polygon' && mask.coordinates.length).toBe(3)
    expect(maskOf(null).features).toEqual([])
  })
  it('is quiet below a drawing', () => {
    const land = { id: 'land', type: 'fill', source: 'road', metadata: { 'sangzi:layer': 'land' }, paint: { 'fill-opacity': 1 } } as const
    const made = composeStyle({ ...county, layers: [land] }, { ...shown(['land']), quiet: true }, '')
    expect(made.layers[0]?.paint).toMatchObject({ 'fill-opacity': 0.5 })
  })
})
