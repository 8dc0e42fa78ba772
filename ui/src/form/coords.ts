// Coordinates typed or pasted: one point a line, longitude first. Spoken forms 111°30′06″ are read too.
import type { Geometry, Position } from 'geojson'
import type { GeometryType } from '@/api/types'

const DMS = /(\d+(?:\.\d+)?)\s*°\s*(?:(\d+(?:\.\d+)?)\s*[′'’]\s*)?(?:(\d+(?:\.\d+)?)\s*[″"”]\s*)?[EN东北]?/g

function pair(line: string): Position | null {
  const spoken = [...line.matchAll(DMS)].map((m) => Number(m[1]) + Number(m[2] ?? 0) / 60 + Number(m[3] ?? 0) / 3600)
  const plain = line.trim().split(/[\s,，;；]+/).filter(Boolean).map(Number)
  const two = spoken.length === 2 ? spoken : plain
  const [x, y] = two
  if (two.length < 2 || two.length > 3 || x === undefined || y === undefined || !Number.isFinite(x) || !Number.isFinite(y)) return null
  // A Chinese longitude is always larger than a latitude: exchanged ones are set right.
  const [lon, lat] = Math.abs(y) > 90 || (x < 54 && y > 72) ? [y, x] : [x, y]
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [round(lon), round(lat)] : null
}
export const round = (n: number): number => Math.round(n * 1e7) / 1e7

/** The points of a pasted text, or the number of the first line that cannot be read. */
export function readCoords(text: string): { points: Position[] } | { bad: number } {
  const lines = text.split(/\n|；|;(?=\s*\d)/).map((l) => l.trim())
  const points: Position[] = []
  for (const [i, line] of lines.entries()) {
    if (!line) continue
    const p = pair(line)
    if (!p) return { bad: i + 1 }
    points.push(p)
  }
  return { points }
}
export type Shape = 'point' | 'linestring' | 'polygon'
export const shapesFor = (type: GeometryType | null | undefined): Shape[] =>
  type === 'Point' ? ['point'] : type === 'LineString' ? ['linestring'] : type === 'Polygon' ? ['polygon'] : type === 'Geometry' ? ['point', 'linestring', 'polygon'] : []

export function shapeOf(points: Position[], shape: Shape): Geometry | null {
  const [first] = points
  if (!first) return null
  if (shape === 'point') return { type: 'Point', coordinates: first }
  if (shape === 'linestring') return points.length > 1 ? { type: 'LineString', coordinates: points } : null
  if (points.length < 3) return null
  const last = points.at(-1)
  const closed = last?.[0] === first[0] && last?.[1] === first[1] ? points : [...points, first]
  return closed.length > 3 ? { type: 'Polygon', coordinates: [closed] } : null
}
export const pointsOf = (g: Geometry | null): Position[] =>
  !g ? [] : g.type === 'Point' ? [g.coordinates] : g.type === 'LineString' ? g.coordinates : g.type === 'Polygon' ? (g.coordinates[0] ?? []) : []
export const simple = (g: Geometry | null): boolean => g !== null && ['Point', 'LineString', 'Polygon'].includes(g.type)
