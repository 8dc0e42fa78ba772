// A chart as a picture, a table as a sheet: made on this device.
export function download(blob: Blob, name: string): void {
  const a = document.createElement('a')
  a.href = URL.createObjectURL(blob)
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(a.href), 10_000)
}

const KEPT = ['fill', 'stroke', 'stroke-width', 'font-family', 'font-size', 'font-weight']
/** The drawing with its colours in itself, at twice its size, on paper, its title above. */
export async function pngOf(svg: SVGSVGElement, title: string, note: string): Promise<Blob | null> {
  const [w, h] = [svg.width.baseVal.value, svg.height.baseVal.value]
  const copy = svg.cloneNode(true) as SVGSVGElement
  const [own, made] = [svg, copy].map((s) => [...s.querySelectorAll<SVGElement>('*')]) as [SVGElement[], SVGElement[]]
  own.forEach((e, i) => {
    const style = getComputedStyle(e)
    for (const name of KEPT) made[i]?.style.setProperty(name, style.getPropertyValue(name))
  })
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  const picture = new Image()
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`
  await picture.decode()
  const canvas = Object.assign(document.createElement('canvas'), { width: w * 2, height: (h + 80) * 2 })
  const pen = canvas.getContext('2d')
  if (!pen) return null
  const root = getComputedStyle(document.documentElement)
  const color = (name: string): string => root.getPropertyValue(name).trim()
  pen.scale(2, 2)
  pen.fillStyle = color('--surface')
  pen.fillRect(0, 0, w, h + 80)
  pen.fillStyle = color('--ink')
  pen.font = `600 17px ${color('--font')}`
  pen.fillText(title, 12, 28, w - 24)
  pen.drawImage(picture, 0, 44, w, h)
  pen.fillStyle = color('--ink-2')
  pen.font = `12px ${color('--font')}`
  pen.fillText(note, 12, h + 68, w - 24)
  return new Promise((done) => canvas.toBlob(done, 'image/png'))
}
