// Drawing one shape on a map, and moving its vertices. What is many-parted is shown and can be drawn anew.
import { shallowRef, watch, type Ref } from 'vue'
import type { Geometry } from 'geojson'
import type { Map as MapLibre } from 'maplibre-gl'
import {
  TerraDraw, TerraDrawLineStringMode, TerraDrawPointMode, TerraDrawPolygonMode, TerraDrawRenderMode, TerraDrawSelectMode, type GeoJSONStoreFeatures,
} from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'
import { round, simple, type Shape } from './coords'

const SHAPE: Record<string, Shape> = { Point: 'point', LineString: 'linestring', Polygon: 'polygon' }
const INK = '#0072b2'
const vertices = { feature: { draggable: true, coordinates: { midpoints: true, draggable: true, deletable: true } } }

const exact = (g: Geometry): Geometry => JSON.parse(JSON.stringify(g, (_, v: unknown) => (typeof v === 'number' ? round(v) : v))) as Geometry

export function useDraw(map: () => MapLibre | undefined, ready: Ref<boolean>, geometry: Ref<Geometry | null>) {
  const mode = shallowRef<Shape | 'select' | 'still'>('still')
  const draw = shallowRef<TerraDraw>()
  let own = ''

  function show(g: Geometry | null): void {
    const d = draw.value
    if (!d) return
    d.clear()
    if (!g || !simple(g)) return
    const feature = { type: 'Feature', geometry: exact(g), properties: { mode: SHAPE[g.type] } } as GeoJSONStoreFeatures
    d.addFeatures([feature])
  }
  function take(): void {
    const one = draw.value?.getSnapshot().find((f) => f.properties.mode !== 'select' && !f.properties.selectionPoint && !f.properties.midPoint)
    const g = one ? exact(one.geometry as Geometry) : null
    own = JSON.stringify(g)
    geometry.value = g
  }
  function set(next: Shape | 'select' | 'still'): void {
    const d = draw.value
    if (!d) return
    if (next !== 'select' && next !== 'still') d.clear()
    d.setMode(next === 'still' ? 'static' : next)
    mode.value = next
    if (next === 'select') for (const f of d.getSnapshot()) if (f.id !== undefined) d.selectFeature(f.id)
  }
  watch(ready, (on) => {
    const m = map()
    if (!on || !m || draw.value) return
    const d = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map: m }),
      modes: [
        new TerraDrawPointMode({ styles: { pointColor: INK, pointWidth: 8, pointOutlineWidth: 2 } }),
        new TerraDrawLineStringMode({ styles: { lineStringColor: INK, lineStringWidth: 4 } }),
        new TerraDrawPolygonMode({ styles: { fillColor: INK, fillOpacity: 0.25, outlineColor: INK, outlineWidth: 3 } }),
        new TerraDrawSelectMode({ flags: { point: { feature: { draggable: true } }, linestring: vertices, polygon: vertices } }),
        new TerraDrawRenderMode({ modeName: 'still', styles: {} }),
      ],
    })
    d.start()
    draw.value = d
    d.on('finish', (_, context) => {
      take()
      if (context.action === 'draw') set('select')
    })
    show(geometry.value)
    if (simple(geometry.value)) set('select')
  })
  watch(geometry, (g) => {
    if (JSON.stringify(g) === own) return
    show(g)
    if (simple(g)) set('select')
  })
  function wipe(): void {
    draw.value?.clear()
    own = 'null'
    geometry.value = null
    set('still')
  }
  return { mode, set, wipe }
}
