// The village in which a shape lies: the smallest division that holds its middle. Undefined: it cannot be asked now.
import type { Geometry } from 'geojson'
import { getItems } from '@/api'
import { boxOf } from '@/basemap/bounds'
import { stem } from '@/state/stem'

export async function divisionAt(geometry: Geometry): Promise<{ code: string; name: string } | null | undefined> {
  const box = boxOf(geometry)
  if (!box) return null
  const x = ((box[0] + box[2]) / 2).toFixed(6)
  const y = ((box[1] + box[3]) / 2).toFixed(6)
  const got = await getItems('division', { filter: `S_INTERSECTS(geometry, POINT(${x} ${y}))`, limit: 10, labels: true })
  if (!got.ok) return undefined
  const codes = got.value.features.map((f) => ({
    code: String(f.properties.code ?? f.properties.division ?? ''),
    name: typeof f.labels?.division === 'string' ? f.labels.division : String(f.properties.name ?? ''),
  }))
  return codes.sort((a, b) => stem(b.code).length - stem(a.code).length)[0] ?? null
}
