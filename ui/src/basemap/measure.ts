// Lengths and areas on the ground (sphere of the mean radius: good to half a per cent).
import type { FeatureCollection, Position } from 'geojson'

const R = 6371008.8
const rad = (d: number): number => (d * Math.PI) / 180

export function distance(a: Position, b: Position): number {
  const [x1 = 0, y1 = 0] = a
  const [x2 = 0, y2 = 0] = b
  const h = Math.sin(rad(y2 - y1) / 2) ** 2 + Math.cos(rad(y1)) * Math.cos(rad(y2)) * Math.sin(rad(x2 - x1) / 2) ** 2
  return 2 * R * Math.asin(Math.sqrt(Math.min(1, h)))
}

export const pathLength = (points: Position[]): number =>
  points.slice(1).reduce((sum, p, i) => sum + distance(points[i] ?? p, p), 0)

export function ringArea(points: Position[]): number {
  if (points.length < 3) return 0
  let sum = 0
  points.forEach((p, i) => {
    const q = points[(i + 1) % points.length] ?? p
    sum += rad((q[0] ?? 0) - (p[0] ?? 0)) * (2 + Math.sin(rad(p[1] ?? 0)) + Math.sin(rad(q[1] ?? 0)))
  })
  return Math.abs((sum * R * R) / 2)
}

/** What is drawn while one measures. */
export function measureShapes(points: Position[]): FeatureCollection {
  const features: FeatureCollection['features'] = points.map((p) => ({
    type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: p },
  }))
  if (points.length > 2)
    features.unshift({
      type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [[...points, points[0] ?? []]] },
    })
  if (points.length > 1)
    features.unshift({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: points } })
  return { type: 'FeatureCollection', features }
}
