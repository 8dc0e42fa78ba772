// The box around a geometry.
import type { Geometry, Position } from 'geojson'

export type Box = [number, number, number, number]

export function boxOf(geometry: Geometry | null | undefined): Box | undefined {
  let box: Box | undefined
  const take = (p: Position): void => {
    const [x = 0, y = 0] = p
    box = box ? [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)] : [x, y, x, y]
  }
  const walk = (c: unknown): void => {
    if (!Array.isArray(c)) return
    if (typeof c[0] === 'number') take(c as Position)
    else c.forEach(walk)
  }
  if (!geometry) return undefined
  if (geometry.type === 'GeometryCollection') for (const g of geometry.geometries) walk((g as { coordinates?: unknown }).coordinates)
  else walk(geometry.coordinates)
  return box
}

export const boxFrom = (b: number[] | null | undefined): Box | undefined =>
  b && b.length >= 4 && b.every(Number.isFinite) ? (b.length === 6 ? [b[0] ?? 0, b[1] ?? 0, b[3] ?? 0, b[4] ?? 0] : [b[0] ?? 0, b[1] ?? 0, b[2] ?? 0, b[3] ?? 0]) : undefined
