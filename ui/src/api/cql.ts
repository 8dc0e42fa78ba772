// CQL2 text, as far as a sentence needs it: cut into words, split at its top-level ANDs.
// The server alone judges an expression; what cannot be said as a clause stays as it was typed.

export interface Token {
  text: string
  kind: 'word' | 'name' | 'text' | 'number' | 'sign'
  at: number
  end: number
}
export class CqlTrouble extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message)
  }
}

const SHAPE = /\s+|('(?:[^']|'')*')|("(?:[^"]|"")*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_\u0080-\uffff][\w.\u0080-\uffff]*)|(<>|<=|>=|[=<>(),+\-*/^])/y

export function tokens(text: string): Token[] {
  const out: Token[] = []
  SHAPE.lastIndex = 0
  while (SHAPE.lastIndex < text.length) {
    const at = SHAPE.lastIndex
    const m = SHAPE.exec(text)
    if (!m) throw new CqlTrouble(at, text.slice(at, at + 12))
    const kind = m[1] ? 'text' : m[2] ? 'name' : m[3] ? 'number' : m[4] ? 'word' : m[5] ? 'sign' : undefined
    if (kind) out.push({ text: m[0], kind, at, end: SHAPE.lastIndex })
  }
  return out
}

const up = (t: Token | undefined): string => (t?.kind === 'word' ? t.text.toUpperCase() : t?.text ?? '')

/** The pieces between top-level ANDs; an AND of BETWEEN … AND … is none. A top-level OR leaves one piece. */
export function conjuncts(text: string): string[] {
  const all = tokens(text)
  const cuts: { from: number; to: number }[] = []
  let depth = 0
  let between = 0
  for (const one of all) {
    const word = up(one)
    if (word === '(') depth++
    else if (word === ')') depth--
    else if (depth > 0) continue
    else if (word === 'OR') return [text.trim()]
    else if (word === 'BETWEEN') between++
    else if (word === 'AND' && between > 0) between--
    else if (word === 'AND') cuts.push({ from: one.at, to: one.end })
  }
  const pieces: string[] = []
  let from = 0
  for (const cut of cuts) {
    pieces.push(text.slice(from, cut.from).trim())
    from = cut.to
  }
  pieces.push(text.slice(from).trim())
  return pieces.filter(Boolean)
}

export const quote = (value: string): string => `'${value.replace(/'/g, "''")}'`
export const unquote = (text: string): string => text.slice(1, -1).replace(/''/g, "'")
export const nameText = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) && !RESERVED.has(name.toUpperCase()) ? name : `"${name}"`)
export const readName = (t: Token): string => (t.kind === 'name' ? t.text.slice(1, -1).replace(/""/g, '"') : t.text)

const RESERVED = new Set(['AND', 'OR', 'NOT', 'LIKE', 'IN', 'BETWEEN', 'IS', 'NULL', 'TRUE', 'FALSE', 'DATE', 'TIMESTAMP', 'INTERVAL', 'CASEI', 'ACCENTI', 'DIV'])
export const isWord = (t: Token | undefined, ...words: string[]): boolean => t?.kind === 'word' && words.includes(t.text.toUpperCase())
export const isReserved = (t: Token): boolean => t.kind === 'word' && RESERVED.has(t.text.toUpperCase())

/** `where` of a problem ("filter:17", a byte offset) as a place in the typed text. */
export function placeOf(where: string | undefined, text: string): number | null {
  const m = /^filter:(\d+)$/.exec(where ?? '')
  if (!m) return null
  const bytes = new TextEncoder().encode(text).slice(0, Number(m[1]))
  return Math.min(text.length, new TextDecoder().decode(bytes).length)
}
