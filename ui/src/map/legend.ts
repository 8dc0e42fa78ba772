// A legend row's CQL2 filter, asked of a few properties: the simple forms that legends use.
// What is beyond them is answered with undefined, and the row then shows no figure.
export type Test = (properties: Record<string, unknown>) => boolean

const TOKEN = /\s*('(?:[^']|'')*'|"[^"]+"|[\p{L}_][\p{L}\p{N}_.]*|-?\d+(?:\.\d+)?|<>|<=|>=|[=<>(),])/uy

function tokens(text: string): string[] | undefined {
  const out: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex
    const found = TOKEN.exec(text)
    if (!found?.[1]) return text.slice(at).trim() ? undefined : out
    out.push(found[1])
  }
  return out
}

type Literal = string | number | boolean
function literal(token: string | undefined): Literal | undefined {
  if (token === undefined) return undefined
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'")
  if (/^-?\d/.test(token)) return Number(token)
  if (/^true$/i.test(token)) return true
  if (/^false$/i.test(token)) return false
  return undefined
}

const compare: Record<string, (a: unknown, b: Literal) => boolean> = {
  '=': (a, b) => a === b || String(a) === String(b),
  '<>': (a, b) => String(a) !== String(b),
  '<': (a, b) => (a as Literal) < b,
  '<=': (a, b) => (a as Literal) <= b,
  '>': (a, b) => (a as Literal) > b,
  '>=': (a, b) => (a as Literal) >= b,
}

class Reader {
  at = 0
  constructor(readonly list: string[]) {}
  word(): string {
    return (this.list[this.at] ?? '').toUpperCase()
  }
  take(): string | undefined {
    return this.list[this.at++]
  }
  eat(word: string): boolean {
    if (this.word() !== word) return false
    this.at++
    return true
  }
}

function atom(r: Reader): Test | undefined {
  if (r.eat('(')) {
    const inner = either(r)
    return r.eat(')') ? inner : undefined
  }
  if (r.eat('NOT')) {
    const inner = atom(r)
    return inner && ((p) => !inner(p))
  }
  const name = r.take()?.replaceAll('"', '')
  if (!name) return undefined
  if (r.eat('IS')) {
    const not = r.eat('NOT')
    return r.eat('NULL') ? (p) => (p[name] === undefined || p[name] === null) !== not : undefined
  }
  if (r.eat('IN')) {
    const list: Literal[] = []
    if (!r.eat('(')) return undefined
    do {
      const value = literal(r.take())
      if (value === undefined) return undefined
      list.push(value)
    } while (r.eat(','))
    return r.eat(')') ? (p) => list.some((v) => String(v) === String(p[name])) : undefined
  }
  if (r.eat('BETWEEN')) {
    const low = literal(r.take())
    if (!r.eat('AND')) return undefined
    const high = literal(r.take())
    if (low === undefined || high === undefined) return undefined
    return (p) => p[name] !== undefined && (p[name] as Literal) >= low && (p[name] as Literal) <= high
  }
  const test = compare[r.take() ?? '']
  const value = literal(r.take())
  if (!test || value === undefined) return undefined
  return (p) => p[name] !== undefined && p[name] !== null && test(p[name], value)
}

function both(r: Reader): Test | undefined {
  let left = atom(r)
  while (left && r.eat('AND')) {
    const a: Test = left
    const b = atom(r)
    left = b && ((p) => a(p) && b(p))
  }
  return left
}

function either(r: Reader): Test | undefined {
  let left = both(r)
  while (left && r.eat('OR')) {
    const a: Test = left
    const b = both(r)
    left = b && ((p) => a(p) || b(p))
  }
  return left
}

/** The test of a filter; undefined where it says more than we read here. */
export function legendTest(filter: string | undefined): Test | undefined {
  if (!filter) return undefined
  const list = tokens(filter)
  if (!list?.length) return undefined
  const reader = new Reader(list)
  const test = either(reader)
  return reader.at === list.length ? test : undefined
}
