// The map's part of the URL: view, layers shown, opacities, the open record.
export interface View {
  zoom: number
  lat: number
  lon: number
  bearing: number
  pitch: number
}
export interface RecordKey {
  collection: string
  id: string
}

const round = (n: number, digits: number): number => Number(n.toFixed(digits))

export function viewText(v: View): string {
  const base = `${round(v.zoom, 2)}/${round(v.lat, 5)}/${round(v.lon, 5)}`
  return v.bearing || v.pitch ? `${base}/${round(v.bearing, 1)}/${round(v.pitch, 1)}` : base
}

export function readView(text: string | undefined): View | undefined {
  const n = text?.split('/').map(Number) ?? []
  const [zoom, lat, lon, bearing = 0, pitch = 0] = n
  if (zoom === undefined || lat === undefined || lon === undefined || n.some((x) => !Number.isFinite(x))) return undefined
  if (Math.abs(lat) > 85 || Math.abs(lon) > 180) return undefined
  return { zoom, lat, lon, bearing, pitch }
}

export const keyText = (k: RecordKey): string => `${k.collection}/${k.id}`

export function readKey(text: string | undefined): RecordKey | undefined {
  const cut = text?.indexOf('/') ?? -1
  if (!text || cut <= 0 || cut === text.length - 1) return undefined
  return { collection: text.slice(0, cut), id: text.slice(cut + 1) }
}

/** The ids of the layers shown: those of the URL, else those the style shows at first. */
export function readLayers(text: string | undefined, first: string[]): Set<string> {
  if (text === undefined) return new Set(first)
  return new Set(text === 'none' ? [] : text.split(',').filter(Boolean))
}

export function layersText(shown: Set<string>, first: string[]): string | undefined {
  const same = shown.size === first.length && first.every((id) => shown.has(id))
  return same ? undefined : [...shown].join(',') || 'none'
}

export function readOpacities(text: string | undefined): Map<string, number> {
  const out = new Map<string, number>()
  for (const part of text?.split(',') ?? []) {
    const [id, value] = part.split(':')
    const n = Number(value)
    if (id && Number.isFinite(n)) out.set(id, Math.min(1, Math.max(0, n)))
  }
  return out
}

export function opacitiesText(opacities: Map<string, number>): string | undefined {
  const parts = [...opacities].filter(([, n]) => n < 1).map(([id, n]) => `${id}:${round(n, 2)}`)
  return parts.join(',') || undefined
}

/** id:number pairs, as days back from today. */
export function readNumbers(text: string | undefined): Map<string, number> {
  const out = new Map<string, number>()
  for (const part of text?.split(',') ?? []) {
    const [id, value] = part.split(':')
    const n = Number(value)
    if (id && Number.isFinite(n) && n > 0) out.set(id, n)
  }
  return out
}
export const numbersText = (numbers: Map<string, number>): string | undefined =>
  [...numbers].filter(([, n]) => n > 0).map(([id, n]) => `${id}:${n}`).join(',') || undefined
