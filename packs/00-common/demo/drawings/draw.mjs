// packs/00-common/demo/drawings/draw.mjs - the 24 drawings of the demo county, as if cut from coloured paper
//
//   sh packs/00-common/demo/drawings/make.sh      draws all, renders them, checks their size
//
// One style: cream ground with a notched frame, flat shapes of red, green, gold and ink laid over each other, a pale green
// for what is far, and what a pair of scissors would cut into them: crescents, saw teeth, veins. No people, no faces, no letters but a limit's figure.
import { writeFileSync } from 'node:fs'

const W = 480
const H = 320
const C = { paper: '#F8F0DF', red: '#B7331F', green: '#2D6A54', gold: '#DFA437', ink: '#3B352E', pale: '#CFE0D2', sky: '#E9DCC0' }
const n = (v) => +v.toFixed(1)

// --- scissors ---------------------------------------------------------------------------------------------------------
const path = (d, fill, more = '') => `<path d="${d}" fill="${fill}" ${more}/>`
const line = (d, stroke, width = 3, more = '') =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round" ${more}/>`
const rect = (x, y, w, h, fill, r = 0) => `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" rx="${r}" fill="${fill}"/>`
const disc = (x, y, r, fill) => `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${fill}"/>`
const poly = (pts, fill) => `<polygon points="${pts.map((p) => p.map(n).join(',')).join(' ')}" fill="${fill}"/>`
const oval = (x, y, rx, ry, fill, turn = 0) =>
  `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}" transform="rotate(${turn} ${n(x)} ${n(y)})"/>`
const at = (x, y, turn, scale, what) => `<g transform="translate(${n(x)} ${n(y)}) rotate(${turn}) scale(${scale})">${what}</g>`

const crescent = (x, y, r, turn, fill) =>
  at(x, y, turn, r / 10, path('M-10 0 Q0 -9 10 0 Q0 -3.5 -10 0Z', fill))
function leaf(x, y, len, wide, turn, fill, vein = C.paper) {
  const w = wide / 2
  return at(x, y, turn, 1, path(`M0 0 Q${n(len * 0.35)} ${-w} ${len} 0 Q${n(len * 0.35)} ${w} 0 0Z`, fill) +
    line(`M${n(len * 0.16)} 0 L${n(len * 0.78)} 0`, vein, 1.8))
}
function teeth(x1, y1, x2, y2, count, high, fill) { // a strip of saw teeth along a line, on its left
  const dx = (x2 - x1) / count, dy = (y2 - y1) / count, l = Math.hypot(dx, dy), ux = dy / l, uy = -dx / l
  const pts = []
  for (let i = 0; i < count; i++) {
    pts.push([x1 + dx * i, y1 + dy * i], [x1 + dx * (i + 0.5) + ux * high, y1 + dy * (i + 0.5) + uy * high])
  }
  pts.push([x2, y2])
  return poly(pts, fill)
}
function sun(x, y, r, fill = C.red) {
  const pts = []
  for (let i = 0; i < 48; i++) {
    const a = (i * Math.PI) / 24, d = r * (i % 2 ? 1.04 : 1.2)
    pts.push([x + d * Math.cos(a), y + d * Math.sin(a)])
  }
  return poly(pts, fill) + `<circle cx="${x}" cy="${y}" r="${n(r * 0.86)}" fill="none" stroke="${C.paper}" stroke-width="2"/>`
}
function cloud(x, y, s, fill = C.pale) {
  return at(x, y, 0, s, path('M-46 12 Q-58 12 -56 2 Q-52 -10 -38 -6 Q-34 -24 -14 -22 Q2 -34 18 -20 Q36 -22 38 -6 Q56 -8 56 4 Q56 12 46 12Z', fill) +
    line('M-38 4 Q-30 -6 -22 2 M-12 -6 Q0 -18 10 -6 M20 2 Q30 -8 38 2', C.paper, 2.4))
}
function hills(points, fill, cut = C.paper, marks = []) { // a ridge through points, down to the frame
  let d = `M14 306 L14 ${points[0][1]}`
  points.forEach((p, i) => {
    if (!i) return
    const q = points[i - 1], mx = (p[0] + q[0]) / 2
    d += ` C${n(mx)} ${q[1]} ${n(mx)} ${p[1]} ${p[0]} ${p[1]}`
  })
  return path(`${d} L466 306Z`, fill) + marks.map(([x, y, r, t]) => crescent(x, y, r, t ?? 0, cut)).join('')
}
function waves(y, rows, gap, stroke, from = 24, to = 456) {
  let d = ''
  for (let k = 0; k < rows; k++) {
    for (let x = from + (k % 2) * 22; x + 30 <= to; x += 44) d += `M${x} ${n(y + k * gap)} q7.5 -8 15 0 t15 0 `
  }
  return line(d, stroke, 2.4)
}
function roof(x, y, w, h, over, fill) { // tiled, with lifted eaves
  const l = x - over, r = x + w + over
  let tiles = ''
  for (let i = 1; i < 12; i++) tiles += `M${n(x + (w * i) / 12)} ${n(y - h + 5)} L${n(l + ((r - l) * i) / 12)} ${n(y - 4)} `
  return path(`M${l - 8} ${y - 7} Q${l + over} ${y - 3} ${x + 8} ${y - h} L${x + w - 8} ${y - h} Q${r - over} ${y - 3} ${r + 8} ${y - 7} L${r} ${y} L${l} ${y}Z`, fill) +
    line(tiles, C.paper, 1.6) + rect(x + 6, y - h - 5, w - 12, 6, fill, 3)
}
function lattice(x, y, w, h, fill = C.paper, bars = C.red) { // a window
  return rect(x, y, w, h, fill) + line(`M${x + w / 2} ${y} V${y + h} M${x} ${y + h / 2} H${x + w}`, bars, 2.2) +
    `<rect x="${n(x + w * 0.28)}" y="${n(y + h * 0.28)}" width="${n(w * 0.44)}" height="${n(h * 0.44)}" fill="none" stroke="${bars}" stroke-width="2"/>`
}
function tree(x, y, s, fill = C.green, trunk = C.ink) {
  return at(x, y, 0, s, path('M-4 0 L-3 -30 L3 -30 L4 0Z', trunk) + disc(0, -46, 24, fill) + disc(-16, -34, 14, fill) + disc(16, -34, 14, fill) +
    crescent(0, -52, 11, 0, C.paper) + crescent(-14, -34, 7, -20, C.paper) + crescent(14, -34, 7, 20, C.paper))
}
function pine(x, y, s, fill = C.green) {
  return at(x, y, 0, s, rect(-3, -12, 6, 12, C.ink) + poly([[0, -66], [16, -40], [8, -40], [22, -22], [12, -22], [28, -8], [-28, -8], [-12, -22], [-22, -22], [-8, -40], [-16, -40]], fill) +
    crescent(0, -30, 8, 0, C.paper) + crescent(0, -14, 11, 0, C.paper))
}
function bamboo(x, y, h, fill = C.green) {
  let out = ''
  for (let k = 0; k * 26 < h; k++) out += rect(x - 3, y - (k + 1) * 26 + 2, 6, 24, fill, 2)
  for (const [dy, t] of [[0.55, -30], [0.55, 210], [0.75, -20], [0.8, 200], [0.97, -60], [0.97, 240], [0.97, -90]]) out += leaf(x, y - h * dy, 34, 9, t, fill)
  return out
}
const flag = (x, y, h) => rect(x - 2, y - h, 4, h, C.ink) + path(`M${x + 2} ${y - h} q16 -7 30 0 v20 q-14 -7 -30 0Z`, C.red)
function lantern(x, y, s = 1) {
  return at(x, y, 0, s, line('M0 -24 V-14', C.ink, 2) + rect(-7, -16, 14, 4, C.gold, 1) + oval(0, 0, 16, 13, C.red) + rect(-7, 12, 14, 4, C.gold, 1) +
    line('M-7 -10 Q-12 0 -7 10 M0 -12 V12 M7 -10 Q12 0 7 10', C.paper, 1.5) + line('M-3 17 V26 M0 17 V28 M3 17 V26', C.gold, 1.6))
}
function frame(inner, ground = C.paper) {
  const cut = 'M24 12 H456 Q456 24 468 24 V296 Q456 296 456 308 H24 Q24 296 12 296 V24 Q24 24 24 12Z'
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${W} ${H}" width="${W}" height="${H}">
<defs><clipPath id="sheet"><path d="${cut}"/></clipPath></defs>
<rect width="${W}" height="${H}" fill="${C.paper}"/>
<g clip-path="url(#sheet)"><rect width="${W}" height="${H}" fill="${ground}"/>
${inner}
</g>
<path d="${cut}" fill="none" stroke="${C.red}" stroke-width="5"/>
<path d="M30 19 H450 Q452 28 461 30 V290 Q452 292 450 301 H30 Q28 292 19 290 V30 Q28 28 30 19Z" fill="none" stroke="${C.red}" stroke-width="1.4"/>
</svg>
`
}

// --- what is drawn -------------------------------------------------------------------------------------------------------
const drawings = {
  pothole() { // a country road, its asphalt broken, a cone beside it
    return frame(sun(392, 78, 32, C.gold) + cloud(110, 74, 0.9) +
      hills([[14, 168], [90, 128], [180, 160], [280, 118], [380, 158], [466, 132]], C.green, C.paper, [[92, 146, 14], [282, 138, 16], [392, 168, 12]]) +
      path('M14 306 V190 Q120 172 240 176 T466 182 V306Z', C.pale) +
      path('M196 168 L262 168 Q330 230 452 306 H28 Q150 230 196 168Z', C.ink) +
      line('M229 176 L229 188 M228 200 L227 216', C.paper, 4) +
      path('M150 262 L168 240 L190 246 L208 230 L236 238 L262 228 L282 244 L312 246 L322 266 L300 280 L272 278 L250 294 L214 284 L186 292 L164 280Z', C.paper) +
      path('M166 262 L178 248 L196 254 L214 240 L238 248 L262 240 L276 254 L300 256 L306 266 L288 272 L266 270 L246 282 L214 274 L190 280 L174 272Z', C.gold) +
      line('M196 264 q8 -6 16 0 t16 0 M240 262 q8 -6 16 0 t16 0', C.paper, 2.2) +
      line('M150 262 L126 268 L112 260 M322 266 L346 262 L356 272 M208 230 L204 214 L212 204 M250 294 L254 304', C.paper, 2.6) +
      at(376, 236, 0, 1.1, poly([[-26, 0], [26, 0], [26, 8], [-26, 8]], C.red) + poly([[-16, 0], [-6, -56], [6, -56], [16, 0]], C.red) +
        poly([[-13, -16], [-10.5, -30], [10.5, -30], [13, -16]], C.paper) + poly([[-8.6, -40], [-7.2, -48], [7.2, -48], [8.6, -40]], C.paper)))
  },
  bridge() { // a stone arch, a round plate with its limit
    const five = 'M-15 -17 H1 V-11 H-9 V-5 H-5 Q5 -5 5 4.500 Q5 14 -6 14 H-15 V8 H-7 Q-2 8 -2 4.500 Q-2 1 -7 1 H-15Z'
    const t = 'M9 -8 H14 V-3 H19 V2 H14 V7 Q14 9 16 9 H19 V14 H14 Q9 14 9 8Z'
    let stones = ''
    for (let i = 1; i < 12; i++) {
      const a = Math.PI - (i * Math.PI) / 12
      stones += `M${n(214 + 66 * Math.cos(a))} ${n(240 - 66 * Math.sin(a))} L${n(214 + 84 * Math.cos(a))} ${n(240 - 84 * Math.sin(a))} `
    }
    return frame(sun(96, 82, 30, C.gold) + cloud(222, 62, 0.8) +
      hills([[14, 176], [96, 132], [190, 170], [300, 128], [400, 166], [466, 140]], C.pale, C.paper, [[98, 152, 14], [302, 148, 16]]) +
      rect(14, 244, 452, 62, C.green) + waves(262, 3, 16, C.paper) +
      path('M14 196 Q214 128 414 196 L466 206 V244 H298 A84 84 0 0 0 130 244 H14Z', C.red) +
      path('M130 244 A84 84 0 0 1 298 244 H280 A66 66 0 0 0 148 244Z', C.gold) + line(stones, C.paper, 2) +
      line('M14 186 Q214 118 414 186 L466 196', C.ink, 5) + line('M40 179 V192 M84 166 V181 M128 156 V170 M172 149 V163 M214 147 V162 M256 149 V163 M300 156 V170 M344 166 V181 M388 179 V192', C.ink, 4) +
      crescent(74, 216, 14, 0, C.paper) + crescent(356, 216, 14, 0, C.paper) +
      disc(397, 92, 42, C.paper) + rect(394, 128, 6, 76, C.ink) + disc(397, 92, 38, C.red) + disc(397, 92, 29, C.paper) +
      at(395, 93, 0, 1.05, path(five, C.ink) + path(t, C.ink)))
  },
  seedlings() { // young rice standing in water
    let rows = ''
    const row = (y, count, s, shift) => {
      for (let i = 0; i < count; i++) {
        const x = 240 + (i - (count - 1) / 2) * ((470 / count) * 1.02) + shift
        rows += at(x, y, 0, s, [-68, -100, -122, -84].map((t, k) => leaf(0, 0, 46 - 5 * k, 12, t, C.green)).join('') + line('M-13 7 H13 M-8 12 H8', C.paper, 2))
      }
    }
    row(196, 11, 0.62, 0)
    row(234, 8, 0.92, 10)
    row(286, 6, 1.35, -12)
    return frame(sun(240, 92, 36) + cloud(100, 76, 0.8) + cloud(386, 84, 0.8) +
      hills([[14, 150], [80, 112], [170, 146], [262, 122], [350, 146], [466, 106]], C.green, C.paper, [[82, 132, 12], [350, 158, 14], [176, 158, 12]]) +
      path('M14 306 V164 H466 V306Z', C.pale) + line('M20 210 Q240 202 462 210 M20 250 Q240 240 462 250', C.paper, 4) + rows)
  },
  'ripe-rice'() { // ears that bend with their grain
    const ear = (x, y, s, flip) => {
      let g = line('M0 0 Q-4 -92 20 -128 Q40 -156 74 -146', C.green, 5)
      for (let i = 0; i < 11; i++) {
        const t = i / 10, px = 14 + 62 * t, py = -118 - 38 * Math.sin(t * 1.9)
        g += at(px, py, 58 + 52 * t, 1, path('M0 0 Q9 -8 22 0 Q9 8 0 0Z', C.gold) + line('M5 0 H15', C.paper, 1.4)) +
          at(px, py, -6 + 66 * t, 1, path('M0 0 Q9 -8 20 0 Q9 8 0 0Z', C.gold))
      }
      return at(x, y, 0, 1, `<g transform="scale(${flip ? -s : s} ${s})">${g}${leaf(-2, -30, 84, 15, -124, C.green)}${leaf(0, -14, 76, 15, -40, C.green)}</g>`)
    }
    return frame(sun(240, 98, 46) +
      hills([[14, 206], [120, 176], [240, 200], [360, 172], [466, 204]], C.pale, C.paper, [[120, 196, 14], [360, 194, 14]]) +
      path('M14 306 V232 Q240 214 466 232 V306Z', C.gold) + line('M30 246 q12 -9 24 0 t24 0 t24 0 t24 0 t24 0 t24 0 t24 0 t24 0 t24 0 t24 0 t24 0 t24 0 t24 0 t24 0 t24 0 t24 0 t24 0', C.paper, 2.4) +
      ear(92, 300, 1.12, false) + ear(392, 300, 1.12, true) + ear(196, 304, 0.98, true) + ear(296, 304, 0.98, false) + ear(240, 306, 1.3, false))
  },
  rape() { // rape in bloom
    const flower = (x, y, s) => at(x, y, 0, s, [0, 90, 180, 270].map((t) => at(0, 0, t + 45, 1, oval(0, -9, 6.5, 9, C.gold))).join('') + disc(0, 0, 4, C.red))
    const plant = (x, y, s) => {
      let g = line('M0 0 Q-3 -60 0 -120 M0 -56 Q16 -74 26 -92 M0 -44 Q-18 -62 -28 -80', C.green, 5)
      g += leaf(0, -20, 52, 22, -28, C.green) + leaf(0, -12, 50, 22, 208, C.green)
      for (const [dx, dy, k] of [[0, -138, 1.25], [-15, -122, 1], [15, -122, 1], [26, -104, 1.05], [38, -94, 0.9], [-28, -92, 1.05], [-40, -82, 0.9], [-18, -76, 0.8], [18, -90, 0.8], [0, -108, 0.9]]) g += flower(dx, dy, k)
      return at(x, y, 0, s, g)
    }
    let field = ''
    for (let k = 0; k < 5; k++) for (let i = 0; i < 30 - 2 * k; i++) field += disc(24 + i * (432 / (29 - 2 * k)), 196 + k * 16, 3 + k * 0.7, C.gold)
    return frame(sun(382, 82, 30) + cloud(130, 72, 0.9) +
      hills([[14, 156], [110, 116], [220, 152], [330, 118], [466, 150]], C.green, C.paper, [[112, 136, 14], [332, 140, 16], [222, 166, 12]]) +
      path('M14 306 V186 Q240 170 466 186 V306Z', C.pale) + field + plant(86, 304, 1) + plant(394, 304, 1) + plant(182, 306, 1.18) + plant(296, 306, 1.18) + plant(240, 310, 1.42))
  },
  citrus() { // a bough with oranges
    const orange = (x, y, r) => disc(x, y, r, C.gold) + crescent(x - r * 0.1, y - r * 0.42, r * 0.6, -24, C.paper) + disc(x, y - r * 0.86, 4, C.green) +
      [[-0.3, 0.2], [0.3, 0.1], [0, 0.45], [-0.05, 0], [0.35, 0.45], [-0.42, 0.5]].map(([a, b]) => disc(x + a * r, y + b * r, 1.8, C.paper)).join('')
    let leaves = ''
    for (const [x, y, l, t] of [[92, 92, 74, -30], [120, 84, 70, 62], [176, 104, 78, -58], [190, 110, 70, 40], [262, 122, 84, -44], [280, 124, 66, 76], [336, 116, 78, -22], [350, 112, 74, 52], [404, 88, 50, -8], [404, 88, 54, 60], [64, 104, 52, 128], [228, 118, 62, -112]])
      leaves += leaf(x, y, l, l * 0.46, t, C.green)
    return frame(hills([[14, 268], [130, 246], [250, 266], [370, 240], [466, 262]], C.pale, C.paper, [[130, 266, 14], [370, 262, 14]]) +
      line('M18 118 Q96 80 190 110 Q270 134 340 114 Q400 96 430 70', C.ink, 9) + line('M190 110 Q196 136 190 152 M276 124 Q286 150 284 164 M112 92 Q114 130 108 150 M358 108 Q372 136 370 150', C.ink, 5) + leaves +
      orange(108, 188, 40) + orange(194, 196, 46) + orange(286, 208, 46) + orange(372, 188, 40) + orange(240, 262, 34) + leaf(240, 230, 44, 20, -30, C.green) + leaf(240, 230, 40, 18, 208, C.green))
  },
  tea() { // terraces of tea, a sprig before them
    let rows = ''
    for (let k = 0; k < 5; k++) {
      const y = 176 + k * 28
      let d = `M14 ${y + 10}`
      for (let x = 14; x < 466; x += 30 + k * 3) d += ` q${n((30 + k * 3) / 2)} ${-20 - 2 * k} ${30 + k * 3} 0`
      rows += path(`${d} L480 ${y + 30} L14 ${y + 30}Z`, k % 2 ? C.green : C.pale)
    }
    const sprig = leaf(0, 0, 112, 46, -142, C.green) + leaf(0, 0, 118, 48, -34, C.green) + leaf(0, -34, 96, 34, -104, C.red) + leaf(2, -34, 84, 24, -74, C.red) + line('M0 74 Q-4 20 0 -40', C.green, 7)
    return frame(sun(104, 84, 30) + cloud(330, 66, 1) + hills([[14, 158], [120, 122], [220, 152], [340, 108], [466, 148]], C.green, C.paper, [[340, 132, 18], [122, 142, 12]]) + rows +
      at(252, 222, 0, 1.04, `<g stroke="${C.paper}" stroke-width="5" paint-order="stroke">${sprig}</g>` + sprig))
  },
  lotus() { // a lotus pond
    const pad = (x, y, rx, ry, t = 0) => {
      let veins = ''
      for (let i = 0; i < 9; i++) {
        const a = (i * 2 * Math.PI) / 9 + 0.3
        veins += `M${x} ${y} L${n(x + rx * 0.8 * Math.cos(a))} ${n(y + ry * 0.8 * Math.sin(a))} `
      }
      return oval(x, y, rx, ry, C.green, t) + line(veins, C.paper, 1.8) + poly([[x, y], [x + rx * 1.05, y - ry * 0.34], [x + rx * 1.05, y + ry * 0.1]], C.pale)
    }
    const petal = (t, l, w, fill) => at(0, 0, t, 1, path(`M0 0 Q${-w} ${-l * 0.55} 0 ${-l} Q${w} ${-l * 0.55} 0 0Z`, fill) + line(`M0 ${-l * 0.3} V${-l * 0.72}`, C.paper, 2))
    const flower = (x, y, s) => at(x, y, 0, s, [-74, 74, -50, 50].map((t) => petal(t, 74, 22, C.red)).join('') + `<g stroke="${C.paper}" stroke-width="2.5">` + [-26, 26, 0].map((t) => petal(t, 80, 24, C.red)).join('') + '</g>' + oval(0, -4, 16, 9, C.gold))
    const pod = (x, y) => line(`M${x} ${y} Q${x - 6} ${y + 60} ${x} ${y + 130}`, C.green, 6) + path(`M${x - 26} ${y - 22} H${x + 26} Q${x + 22} ${y + 8} ${x} ${y + 14} Q${x - 22} ${y + 8} ${x - 26} ${y - 22}Z`, C.gold) + oval(x, y - 22, 26, 8, C.ink) +
      [-14, 0, 14].map((d) => disc(x + d, y - 22, 3, C.gold)).join('')
    return frame(path('M14 306 V188 Q120 172 240 184 T466 180 V306Z', C.pale) + waves(206, 6, 17, C.paper) + sun(404, 74, 26, C.gold) + cloud(96, 64, 0.8) +
      line('M214 306 Q206 200 216 128 M96 306 Q104 240 108 196', C.green, 7) + pad(118, 186, 84, 34) + pad(392, 254, 74, 32) + pad(70, 272, 62, 24) + pod(344, 118) + flower(216, 138, 1.16) + pad(250, 282, 66, 22) +
      at(424, 178, 14, 1, line('M0 0 Q4 40 -4 84', C.green, 5) + path('M0 8 Q-22 -16 0 -58 Q22 -16 0 8Z', C.red) + line('M0 -10 V-40', C.paper, 2)))
  },
  crayfish() { // seen from above
    const claw = path('M0 0 Q-34 -10 -52 -44 Q-60 -80 -40 -96 Q-36 -78 -26 -70 Q-26 -92 -10 -104 Q2 -72 -8 -46 Q-10 -24 8 -10Z', C.red) + crescent(-28, -46, 13, -64, C.paper) + line('M-40 -82 q6 4 6 10 M-32 -72 q4 2 6 6', C.paper, 1.8)
    let legs = ''
    for (let i = 0; i < 4; i++) legs += `M${-24 + i} ${2 + i * 15} Q${-62 - i * 2} ${-8 + i * 20} ${-80 + i * 3} ${26 + i * 19} `
    const half = at(-22, -40, -22, 1, claw) + line(legs, C.red, 5) + line('M-8 -78 Q-40 -122 -112 -128', C.red, 2.6) + line('M-5 -80 Q-14 -110 -40 -126', C.red, 2)
    let tail = ''
    for (let i = 0; i < 5; i++) tail += path(`M${-27 + i * 2.4} ${40 + i * 17} Q0 ${54 + i * 17} ${27 - i * 2.4} ${40 + i * 17} L${25 - i * 2.4} ${55 + i * 17} Q0 ${69 + i * 17} ${-25 + i * 2.4} ${55 + i * 17}Z`, C.red) + line(`M${-14 + i} ${53 + i * 17} Q0 ${60 + i * 17} ${14 - i} ${53 + i * 17}`, C.paper, 1.8)
    const fan = [-52, -26, 0, 26, 52].map((t) => at(0, 122, t, 1, path('M0 0 Q-13 18 0 46 Q13 18 0 0Z', C.red) + line('M0 16 V34', C.paper, 1.8))).join('')
    const body = path('M0 -96 L9 -76 Q32 -62 30 -20 Q32 22 24 44 H-24 Q-32 22 -30 -20 Q-32 -62 -9 -76Z', C.red) + line('M-20 -6 Q0 10 20 -6 M0 8 V40', C.paper, 2.4) + crescent(0, -42, 13, 0, C.paper) + disc(-13, -66, 4.5, C.ink) + disc(13, -66, 4.5, C.ink)
    return frame(path('M14 14 H466 V306 H14Z', C.pale) + waves(44, 16, 17, C.paper) +
      [[70, 92, -40], [60, 236, 20], [404, 84, 214], [424, 232, 160], [92, 170, -10]].map(([x, y, t]) => leaf(x, y, 60, 12, t, C.green) + leaf(x, y, 52, 11, t + 26, C.green)).join('') +
      at(240, 150, 0, 0.98, half + `<g transform="scale(-1 1)">${half}</g>` + tail + fan + body))
  },
  dryer() { // a grain dryer: tower, elevator, hopper, heap
    let louvres = ''
    for (let i = 0; i < 7; i++) louvres += `M176 ${116 + i * 20} H296 `
    return frame(sun(398, 82, 30) + cloud(90, 78, 0.9) + hills([[14, 250], [140, 222], [260, 246], [380, 216], [466, 244]], C.pale, C.paper, [[380, 236, 14]]) + rect(14, 268, 452, 40, C.ink) +
      rect(166, 92, 140, 178, C.green) + poly([[156, 92], [316, 92], [276, 58], [196, 58]], C.red) + rect(224, 44, 24, 16, C.red) + line(louvres, C.paper, 4) + rect(216, 232, 40, 38, C.paper) + rect(222, 238, 28, 32, C.ink) +
      rect(112, 48, 26, 222, C.gold) + line('M125 66 V256', C.paper, 2.5, 'stroke-dasharray="3 10"') + poly([[104, 48], [146, 48], [138, 32], [112, 32]], C.red) + line('M138 52 L196 66', C.gold, 12) +
      rect(326, 176, 84, 94, C.red) + teeth(326, 176, 410, 176, 7, 8, C.red) + disc(368, 222, 26, C.paper) + [0, 60, 120, 180, 240, 300].map((t) => at(368, 222, t, 1, path('M0 0 Q8 -10 3 -22 Q-8 -16 0 0Z', C.ink))).join('') + disc(368, 222, 5, C.gold) + line('M306 206 H326', C.red, 14) +
      path('M24 270 Q64 206 104 270Z', C.gold) + [[52, 258], [64, 246], [74, 258], [64, 264], [42, 264], [86, 264]].map(([x, y]) => oval(x, y, 4, 2, C.paper, -24)).join('') +
      line('M424 270 V214 M424 214 q10 -22 -2 -38 q-10 -18 6 -34', C.ink, 4))
  },
  'cold-lorry'() { // a refrigerated lorry on its way
    const flake = (x, y, r) => [0, 60, 120].map((t) => at(x, y, t, r / 30, line('M0 -30 V30 M-9 -22 L0 -13 L9 -22 M-9 22 L0 13 L9 22', C.paper, 4.5))).join('')
    const wheel = (x) => disc(x, 254, 27, C.ink) + disc(x, 254, 15, C.paper) + disc(x, 254, 8, C.red)
    return frame(cloud(92, 74, 0.9) + cloud(388, 66, 0.8) + sun(240, 66, 22, C.gold) + hills([[14, 178], [110, 146], [230, 176], [350, 140], [466, 172]], C.pale, C.paper, [[110, 166, 14], [352, 162, 16]]) + rect(14, 262, 452, 46, C.green) + line('M30 288 H84 M118 288 H172 M206 288 H260 M294 288 H348 M382 288 H436', C.paper, 5) +
      rect(62, 104, 236, 140, C.red, 6) + `<rect x="72" y="114" width="216" height="120" rx="3" fill="none" stroke="${C.paper}" stroke-width="2"/>` + flake(180, 174, 46) + flake(108, 142, 17) + flake(252, 206, 17) +
      rect(298, 122, 30, 62, C.ink, 4) + line('M304 134 H322 M304 146 H322 M304 158 H322', C.paper, 3) +
      path('M306 152 H364 Q378 152 386 168 L404 206 V244 H306Z', C.gold) + path('M330 164 H362 Q370 164 374 174 L386 202 H330Z', C.paper) + rect(330, 214, 22, 5, C.ink, 2) + rect(394, 220, 14, 12, C.paper, 3) + rect(56, 240, 352, 12, C.ink, 3) + wheel(116) + wheel(176) + wheel(354))
  },
  'village-gate'() { // a gate of three bays
    const pillar = (x, h) => rect(x - 9, 284 - h, 18, h, C.red) + rect(x - 15, 270, 30, 16, C.ink, 2) + line(`M${x} ${292 - h} V262`, C.paper, 1.6)
    return frame(sun(240, 112, 62, C.gold) + cloud(74, 92, 0.8) + cloud(408, 86, 0.8) + hills([[14, 216], [110, 182], [240, 212], [360, 178], [466, 210]], C.pale, C.paper, [[110, 202, 14], [362, 200, 14]]) + path('M206 306 L228 218 H252 L274 306Z', C.gold) + path('M14 286 H466 V306 H14Z', C.green) + path('M190 306 L206 286 H274 L290 306Z', C.gold) +
      pillar(92, 128) + pillar(170, 176) + pillar(310, 176) + pillar(388, 128) +
      rect(156, 128, 168, 42, C.red) + `<rect x="164" y="135" width="152" height="28" fill="none" stroke="${C.paper}" stroke-width="2"/>` + [194, 240, 286].map((x) => disc(x, 149, 9, C.gold) + crescent(x, 149, 6, 0, C.paper)).join('') +
      rect(82, 172, 88, 28, C.red) + rect(310, 172, 88, 28, C.red) + teeth(170, 200, 82, 200, 9, 8, C.red) + teeth(398, 200, 310, 200, 9, 8, C.red) + teeth(324, 170, 156, 170, 16, 8, C.red) +
      [126, 354].map((x) => crescent(x, 188, 16, 0, C.paper)).join('') + roof(156, 128, 168, 40, 26, C.green) + roof(84, 172, 84, 30, 18, C.green) + roof(312, 172, 84, 30, 18, C.green) + lantern(200, 204, 0.8) + lantern(280, 204, 0.8) + tree(42, 288, 0.9) + tree(438, 288, 0.9))
  },
  committee() { // the village committee's house
    let win = ''
    for (const y of [152, 212]) for (const x of [110, 158, 292, 340]) win += lattice(x, y, 32, 36)
    return frame(sun(398, 76, 26, C.gold) + cloud(96, 70, 0.9) + hills([[14, 206], [120, 166], [240, 196], [360, 160], [466, 198]], C.pale, C.paper, [[362, 182, 14]]) + rect(14, 270, 452, 36, C.green) + waves(284, 1, 10, C.paper) +
      rect(92, 130, 298, 142, C.red) + roof(92, 132, 298, 40, 18, C.ink) + rect(92, 196, 298, 5, C.paper) + win + rect(210, 150, 62, 40, C.gold, 2) + `<rect x="215" y="155" width="52" height="30" fill="none" stroke="${C.paper}" stroke-width="2"/>` +
      rect(212, 210, 58, 62, C.paper) + rect(218, 216, 22, 56, C.ink) + rect(242, 216, 22, 56, C.ink) + disc(236, 246, 2.4, C.gold) + disc(246, 246, 2.4, C.gold) + poly([[200, 210], [282, 210], [270, 198], [212, 198]], C.gold) + poly([[196, 280], [286, 280], [278, 270], [204, 270]], C.paper) +
      flag(56, 276, 176) + rect(44, 270, 24, 10, C.ink, 2) + tree(428, 274, 1.05))
  },
  clinic() { // a house with a cross cut out of it
    return frame(sun(84, 82, 28, C.gold) + cloud(380, 70, 0.9) + hills([[14, 200], [120, 158], [240, 190], [350, 150], [466, 192]], C.pale, C.paper, [[122, 178, 14]]) + rect(14, 272, 452, 34, C.gold) +
      rect(116, 150, 248, 124, C.green) + roof(116, 152, 248, 58, 22, C.red) + lattice(136, 190, 48, 44, C.paper, C.green) + lattice(296, 190, 48, 44, C.paper, C.green) + rect(212, 196, 56, 78, C.paper) + rect(218, 202, 44, 72, C.red) + disc(254, 240, 3, C.gold) + line('M240 202 V274', C.paper, 2) +
      disc(240, 120, 30, C.paper) + disc(240, 120, 26, C.green) + path('M233 104 H247 V113 H256 V127 H247 V136 H233 V127 H224 V113 H233Z', C.paper) +
      path('M204 274 H276 L292 306 H188Z', C.paper) + line('M200 284 H280 M194 296 H286', C.gold, 2.4) + line('M276 262 L322 292', C.ink, 4) + line('M282 274 V290 M308 286 V300', C.ink, 3) + tree(74, 276, 1.05) + tree(416, 276, 1.05))
  },
  school() { // school house with a clock, a flag, a basket
    let win = ''
    for (const y of [164, 218]) for (const x of [64, 108, 152, 300, 344, 388]) win += rect(x, y, 28, 32, C.paper) + line(`M${x + 14} ${y} V${y + 32} M${x} ${y + 12} H${x + 28}`, C.red, 2)
    return frame(cloud(96, 70, 0.85) + cloud(392, 74, 0.85) + hills([[14, 196], [110, 150], [240, 190], [370, 148], [466, 186]], C.pale, C.paper, [[112, 172, 14], [370, 170, 14]]) + rect(14, 270, 452, 36, C.green) +
      rect(50, 146, 380, 126, C.red) + teeth(50, 146, 430, 146, 38, 8, C.red) + win + rect(196, 92, 88, 180, C.gold) + poly([[186, 92], [294, 92], [240, 50]], C.red) + crescent(240, 80, 12, 0, C.paper) + disc(240, 128, 25, C.paper) + `<circle cx="240" cy="128" r="20" fill="none" stroke="${C.ink}" stroke-width="2.5"/>` + line('M240 128 V114 M240 128 L251 133', C.ink, 3) +
      rect(216, 206, 48, 66, C.ink) + path('M216 206 A24 24 0 0 1 264 206Z', C.ink) + line('M240 184 V272', C.paper, 2) + rect(208, 168, 64, 6, C.paper) + flag(318, 276, 150) + rect(308, 270, 20, 8, C.ink, 2) +
      rect(30, 286, 64, 4, C.paper) + line('M34 286 A52 52 0 0 1 34 306', C.paper, 2) + at(424, 294, 0, 1, disc(0, 0, 10, C.gold) + line('M-10 0 H10 M0 -10 V10 M-7 -7 Q0 0 -7 7 M7 -7 Q0 0 7 7', C.ink, 1.4)))
  },
  alley() { // a lane of stone
    let left = '', right = ''
    for (let r = 0; r < 6; r++) {
      const t = r / 6
      left += `M14 ${n(84 + 196 * t)} L196 ${n(136 + 96 * t)} `
      right += `M466 ${n(84 + 196 * t)} L284 ${n(136 + 96 * t)} `
      for (let c = 0; c < 5; c++) {
        const u = (c + (r % 2 ? 0.5 : 0)) / 5, x = 14 + 182 * u, y1 = 84 + 196 * t + (52 - 100 * t) * u, y2 = 84 + (196 * (r + 1)) / 6 + (52 - (100 * (r + 1)) / 6) * u
        left += `M${n(x)} ${n(y1)} V${n(y2)} `
        right += `M${n(480 - x)} ${n(y1)} V${n(y2)} `
      }
    }
    let flags = ''
    for (let i = 0; i < 6; i++) {
      const y = 236 + 70 * (i / 5) ** 1.5, half = 44 + 164 * ((y - 232) / 74)
      flags += `M${n(240 - half)} ${n(y)} H${n(240 + half)} `
    }
    for (const k of [-0.5, 0, 0.5]) flags += `M${240 + k * 88} 232 L${240 + k * 430} 306 `
    return frame(rect(14, 14, 452, 292, C.sky) + sun(240, 92, 34) + hills([[14, 190], [180, 168], [240, 142], [300, 168], [466, 190]], C.pale) +
      path('M14 84 L196 136 V232 L14 306Z', C.ink) + path('M466 84 L284 136 V232 L466 306Z', C.ink) + line(left + right, C.paper, 2) + path('M196 232 H284 L466 306 H14Z', C.gold) + line(flags, C.paper, 2.4) +
      path('M14 84 L14 40 L206 112 L206 140 L196 136Z', C.green) + path('M466 84 L466 40 L274 112 L274 140 L284 136Z', C.green) + line('M14 62 L202 126 M466 62 L278 126', C.paper, 2) + line('M60 58 V98 M104 74 V110 M146 90 V122 M182 104 V132 M420 58 V98 M376 74 V110 M334 90 V122 M298 104 V132', C.paper, 2) +
      path('M66 284 V190 L112 196 V265Z', C.red) + line('M89 193 V274', C.paper, 2) + path('M372 267 V198 L414 192 V285Z', C.red) + line('M393 195 V276', C.paper, 2) + lantern(150, 150, 0.9) + lantern(330, 150, 0.9) +
      path('M218 232 V176 A22 22 0 0 1 262 176 V232Z', C.red) + path('M226 232 V180 A14 14 0 0 1 254 180 V232Z', C.paper) + pine(240, 232, 0.5))
  },
  guesthouse() { // an old house with lanterns and bamboo
    return frame(at(380, 84, 0, 1, disc(0, 0, 34, C.gold) + crescent(0, -4, 20, -20, C.paper)) + cloud(150, 60, 0.9) + hills([[14, 186], [110, 138], [220, 176], [340, 128], [466, 172]], C.pale, C.paper, [[112, 160, 14], [342, 152, 16]]) + rect(14, 272, 452, 34, C.green) +
      rect(112, 128, 232, 60, C.red) + rect(92, 186, 272, 88, C.ink) + roof(112, 130, 232, 44, 24, C.ink) + roof(94, 192, 268, 24, 24, C.green) + [134, 190, 246, 296].map((x) => lattice(x, 136, 34, 30)).join('') + line('M112 176 H344', C.paper, 2) +
      lattice(112, 204, 54, 50, C.paper, C.ink) + lattice(290, 204, 54, 50, C.paper, C.ink) + rect(196, 202, 64, 72, C.gold) + line('M228 202 V274', C.ink, 3) + line('M204 212 H220 V262 H204Z M236 212 H252 V262 H236Z', C.paper, 2) + lantern(182, 222, 0.85) + lantern(274, 222, 0.85) +
      path('M196 274 H260 L282 306 H174Z', C.gold) + line('M190 284 H266 M184 295 H272', C.paper, 2.2) + bamboo(54, 282, 150) + bamboo(74, 286, 112) + bamboo(420, 284, 156) + bamboo(400, 288, 108) +
      at(338, 288, 0, 1, rect(-22, -6, 44, 5, C.red, 2) + line('M-14 -2 V10 M14 -2 V10', C.red, 4) + path('M-6 -6 Q-8 -16 0 -16 Q8 -16 6 -6Z', C.paper)))
  },
  reservoir() { // a dam between hills
    let stones = ''
    for (let r = 0; r < 5; r++) for (let c = 0; c < 12 - r; c++) stones += `M${150 + r * 9 + c * 16 + (r % 2) * 6} ${206 + r * 18} v14 `
    return frame(sun(240, 82, 30) + cloud(106, 66, 0.8) + cloud(376, 70, 0.8) +
      hills([[14, 138], [70, 96], [160, 148], [240, 120], [326, 148], [410, 92], [466, 132]], C.pale, C.paper, [[72, 118, 14], [410, 114, 14]]) + path('M14 150 H466 V214 H14Z', C.green) + waves(164, 3, 15, C.paper) +
      path('M14 118 Q80 128 132 196 Q166 250 176 306 H14Z', C.ink) + path('M466 118 Q400 128 348 196 Q314 250 304 306 H466Z', C.ink) + pine(50, 176, 0.9) + pine(92, 214, 0.8) + pine(430, 176, 0.9) + pine(392, 216, 0.8) + pine(56, 262, 0.9) + pine(426, 264, 0.9) +
      path('M126 192 H354 L312 306 H168Z', C.gold) + line('M136 206 H344 M144 224 H338 M150 242 H332 M156 260 H325 M162 278 H318', C.paper, 2) + line(stones, C.paper, 2) + rect(118, 182, 244, 12, C.red) + line('M126 182 V170 M156 182 V170 M186 182 V170 M294 182 V170 M324 182 V170 M354 182 V170 M122 170 H196 M284 170 H358', C.red, 3) +
      rect(206, 152, 68, 42, C.red) + poly([[196, 154], [284, 154], [264, 134], [216, 134]], C.ink) + rect(220, 164, 40, 30, C.paper) + path('M218 194 H262 L270 306 H210Z', C.green) + line('M226 200 L222 300 M236 200 L234 300 M246 200 L248 300 M256 200 L260 300', C.paper, 2.4))
  },
  'rain-gauge'() { // a gauge on its post, rain
    let rain = ''
    for (const [x, y] of [[60, 120], [92, 160], [130, 118], [156, 176], [110, 214], [66, 232], [330, 128], [366, 168], [404, 122], [430, 178], [384, 220], [340, 232], [424, 240], [182, 110], [302, 108]]) rain += at(x, y, 14, 1, path('M0 -13 Q7 0 0 5 Q-7 0 0 -13Z', C.green))
    return frame(cloud(130, 78, 1.35) + cloud(350, 74, 1.35) + cloud(240, 60, 1.1) + rain + hills([[14, 262], [120, 236], [240, 258], [360, 232], [466, 256]], C.green, C.paper, [[120, 256, 14], [360, 254, 14]]) +
      rect(232, 190, 16, 96, C.ink) + rect(206, 278, 68, 14, C.ink, 3) + path('M196 96 H284 L274 110 V190 Q274 198 266 198 H214 Q206 198 206 190 V110Z', C.red) + oval(240, 96, 44, 10, C.ink) + oval(240, 96, 36, 6.5, C.paper) + rect(222, 124, 36, 58, C.paper, 3) + path('M226 178 V152 q7 -5 14 0 t14 0 V178Z', C.gold) + line('M226 134 h8 M226 144 h12 M226 154 h8 M226 164 h12 M226 174 h8', C.ink, 2) +
      line('M248 214 H304', C.ink, 5) + at(316, 206, -24, 1, rect(-34, -8, 68, 46, C.ink, 2) + rect(-30, -4, 60, 38, C.green) + line('M-10 -4 V34 M10 -4 V34 M-30 8 H30 M-30 21 H30', C.paper, 1.6)) +
      line('M232 216 H184 V190', C.ink, 5) + path('M172 190 q12 -14 24 0Z', C.red) + line('M168 178 q16 -18 32 0 M162 168 q22 -24 44 0', C.gold, 3))
  },
  sewage() { // two basins, a pipe, reeds that finish the work
    const reed = (x, y, h, t = 0) => at(x, y, t, 1, line(`M0 0 Q-3 ${-h / 2} 0 ${-h}`, C.green, 3.4) + oval(0, -h, 5, 15, C.ink) + leaf(0, -h * 0.2, h * 0.55, 8, -64, C.green) + leaf(0, -h * 0.15, h * 0.5, 8, -118, C.green))
    const basin = (x, y, rx, ry, h) => path(`M${x - rx} ${y} V${y + h} A${rx} ${ry} 0 0 0 ${x + rx} ${y + h} V${y}Z`, C.red) + oval(x, y, rx, ry, C.ink) + oval(x, y, rx - 8, ry - 5, C.gold) + line(`M${x - rx * 0.5} ${y} q10 -6 20 0 t20 0 M${x - 6} ${y + 9} q8 -5 16 0 t16 0`, C.paper, 2) + line(`M${x - rx} ${y + h * 0.5} A${rx} ${ry} 0 0 0 ${x + rx} ${y + h * 0.5}`, C.paper, 2)
    return frame(sun(396, 78, 28, C.gold) + cloud(104, 72, 0.9) + hills([[14, 184], [120, 142], [240, 176], [350, 136], [466, 178]], C.pale, C.paper, [[122, 162, 14], [352, 158, 14]]) + path('M14 306 V206 Q240 192 466 206 V306Z', C.pale) +
      rect(44, 138, 74, 74, C.green) + poly([[36, 140], [126, 140], [108, 116], [54, 116]], C.red) + rect(58, 156, 20, 20, C.paper) + rect(88, 166, 20, 46, C.paper) +
      line('M118 196 H150', C.ink, 10) + basin(192, 186, 56, 19, 48) + line('M248 206 H276', C.ink, 10) + basin(322, 194, 52, 18, 42) + line('M374 222 H408 V246', C.ink, 10) +
      path('M14 306 V272 Q120 254 240 264 T466 250 V306Z', C.green) + waves(282, 2, 13, C.paper, 150, 440) + line('M408 252 q-4 10 0 18 M402 252 q-6 8 -4 16', C.pale, 3) + reed(48, 304, 82, -4) + reed(72, 306, 100) + reed(98, 304, 78, 5) + reed(122, 306, 60, 8) + reed(440, 304, 66, 4) + reed(420, 306, 52, -6))
  },
  waste() { // bins in a row under a little roof
    const bin = (x, fill, mark) => at(x, 270, 0, 1, poly([[-40, -104], [40, -104], [32, 0], [-32, 0]], fill) + rect(-46, -118, 92, 16, fill, 5) + rect(-16, -126, 32, 9, fill, 4) + line('M-41 -101 H41', C.paper, 2.4) + disc(-22, 2, 8, C.ink) + disc(22, 2, 8, C.ink) + at(0, -52, 0, 1, mark))
    const recycle = [0, 120, 240].map((t) => at(0, 0, t, 1, line('M-9 -17 L0 -22 L9 -17', C.paper, 0.1) + path('M-5 -24 L8 -24 L17 -9 L23 -12 L17 5 L1 1 L8 -3 L3 -13 L-2 -13Z', C.paper))).join('')
    const apple = path('M0 -14 Q-22 -22 -20 2 Q-16 22 0 18 Q16 22 20 2 Q22 -22 0 -14Z', C.paper) + leaf(0, -14, 18, 9, -50, C.paper, C.green)
    const sack = path('M-16 20 Q-24 -6 -8 -14 L-12 -24 H12 L8 -14 Q24 -6 16 20Z', C.paper)
    return frame(sun(92, 92, 26, C.gold) + cloud(390, 92, 0.7) + hills([[14, 216], [120, 184], [240, 206], [360, 178], [466, 210]], C.pale) + rect(14, 276, 452, 30, C.gold) + rect(68, 92, 10, 186, C.ink) + rect(402, 92, 10, 186, C.ink) + path('M44 100 L240 46 L436 100 V112 H44Z', C.red) + teeth(436, 112, 44, 112, 28, 10, C.red) + crescent(240, 86, 26, 0, C.paper) + crescent(160, 96, 14, -8, C.paper) + crescent(320, 96, 14, 8, C.paper) + bin(136, C.green, apple) + bin(240, C.ink, sack) + bin(344, C.red, recycle))
  },
  smoke() { // smoke over the wood, seen from the watch tower
    return frame(sun(92, 84, 28, C.gold) +
      path('M322 190 Q294 164 318 140 Q342 118 314 94 Q294 74 326 48 Q344 30 374 36 Q402 26 418 48 Q442 54 436 78 Q452 98 426 112 Q404 120 404 144 Q404 172 376 190Z', C.pale) + line('M336 168 Q322 148 342 132 M344 96 Q326 78 348 62 M376 62 Q394 50 408 66 M366 118 Q390 104 404 96 M360 160 Q378 150 380 136', C.paper, 3.4) +
      hills([[14, 206], [90, 160], [190, 206], [300, 176], [390, 178], [466, 202]], C.green, C.paper, [[92, 182, 14]]) + path('M330 190 Q322 166 338 150 Q342 164 352 158 Q348 136 364 124 Q368 148 382 152 Q392 168 378 190Z', C.red) + path('M344 190 Q340 174 352 166 Q356 176 362 168 Q372 178 364 190Z', C.gold) +
      [222, 256, 290, 414, 444].map((x, i) => pine(x, 232 + (i % 2) * 10, 0.78, C.ink)).join('') + path('M14 306 V262 Q240 236 466 262 V306Z', C.ink) + [250, 300, 350, 400, 446].map((x, i) => pine(x, 292 - (i % 2) * 8, 1)).join('') +
      line('M104 286 L120 160 M176 286 L160 160 M108 254 L170 222 M172 254 L110 222 M114 210 L164 184 M166 210 L116 184', C.red, 5) + rect(104, 128, 72, 34, C.red) + rect(112, 134, 24, 18, C.paper) + rect(144, 134, 24, 18, C.paper) + roof(108, 130, 64, 26, 14, C.ink) + rect(96, 160, 88, 7, C.red))
  },
  notice() { // the board where accounts are made public
    const sheet = (x, y, w, h, kind) => rect(x, y, w, h, C.paper) + rect(x, y, w, 9, kind ? C.gold : C.green) + [...Array(Math.floor((h - 22) / 9))].map((_, i) => line(`M${x + 7} ${y + 18 + i * 9} H${x + w - 7 - (i % 3) * 8}`, C.ink, 2)).join('') + disc(x + w / 2, y + 1, 3.4, C.red)
    return frame(cloud(74, 74, 0.7) + cloud(408, 74, 0.7) + hills([[14, 220], [120, 186], [240, 212], [360, 182], [466, 214]], C.pale, C.paper, [[362, 204, 14]]) + rect(14, 272, 452, 34, C.green) + rect(84, 108, 14, 170, C.ink) + rect(382, 108, 14, 170, C.ink) + rect(76, 110, 328, 132, C.red) + `<rect x="83" y="117" width="314" height="118" fill="none" stroke="${C.paper}" stroke-width="2"/>` + roof(84, 112, 312, 44, 26, C.ink) +
      sheet(98, 128, 60, 94, 0) + sheet(168, 128, 74, 44, 1) + sheet(168, 180, 74, 44, 0) + sheet(254, 128, 60, 94, 1) + rect(326, 128, 56, 94, C.paper) + rect(334, 190, 9, 24, C.green) + rect(348, 172, 9, 42, C.gold) + rect(362, 154, 9, 60, C.red) + line('M330 216 H378', C.ink, 2.4) + disc(354, 129, 3.4, C.red) +
      tree(42, 276, 0.95) + tree(438, 276, 0.95) + [120, 170, 222, 276, 330].map((x) => leaf(x, 278, 26, 9, -64, C.paper, C.green) + leaf(x, 278, 24, 9, -116, C.paper, C.green)).join(''))
  },
  'old-tree'() { // a tree of many hundred years, fenced
    let crown = ''
    const puffs = [[240, 84, 62], [168, 104, 50], [312, 104, 50], [112, 144, 40], [368, 144, 40], [200, 140, 48], [282, 140, 48], [148, 168, 34], [334, 168, 34]]
    for (const [x, y, r] of puffs) crown += disc(x, y, r, C.green)
    let cuts = ''
    for (const [x, y, r] of puffs) cuts += crescent(x, y - r * 0.34, r * 0.42, 0, C.paper) + crescent(x - r * 0.42, y + r * 0.2, r * 0.24, -24, C.paper) + crescent(x + r * 0.42, y + r * 0.2, r * 0.24, 24, C.paper)
    let fence = ''
    for (let x = 96; x <= 384; x += 32) fence += rect(x - 4, 256, 8, 36, C.red, 3)
    return frame(sun(404, 78, 24, C.gold) + hills([[14, 236], [120, 214], [240, 236], [360, 210], [466, 232]], C.pale) + path('M14 306 V268 Q240 248 466 268 V306Z', C.gold) + crown + cuts +
      path('M214 282 Q222 232 206 198 Q186 176 150 164 L156 158 Q196 166 216 182 Q220 156 204 128 L212 126 Q228 150 234 176 Q240 150 238 118 L246 118 Q250 152 250 178 Q262 154 282 136 L288 142 Q270 164 266 188 Q292 168 330 160 L334 166 Q296 180 278 206 Q262 236 270 282 Q286 288 300 298 H182 Q198 288 214 282Z', C.ink) +
      line('M232 276 Q238 234 232 206 M250 278 Q252 232 256 206 M242 250 q6 -8 0 -16', C.paper, 2.4) + fence + rect(88, 262, 304, 5, C.red) + rect(88, 278, 304, 5, C.red) + line('M214 226 Q240 236 268 226', C.red, 5) + rect(228, 228, 26, 18, C.gold, 2) + line('M233 234 h16 M233 240 h10', C.ink, 1.8))
  },
}

const names = Object.keys(drawings)
if (names.length !== 24) throw new Error(`${names.length} drawings, not 24`)
for (const name of names) writeFileSync(new URL(`${name}.svg`, import.meta.url), drawings[name]())
