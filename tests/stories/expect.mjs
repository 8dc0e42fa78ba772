// tests/stories/expect.mjs - what a step says of its answer: JSON pointers, `{name}` of saved values, comparisons

/** RFC 6901, and `*` for every item of a list (the rest is asked of each). Nothing there gives undefined. */
export function point(value, pointer) {
  const parts = pointer.split('/').slice(1).map((p) => p.replaceAll('~1', '/').replaceAll('~0', '~'))
  return walk(value, parts)
}

function walk(value, parts) {
  if (parts.length === 0) return value
  const [head, ...rest] = parts
  if (value === null || typeof value !== 'object') return undefined
  if (head === '*') return Object.values(value).map((v) => walk(v, rest))
  if (Array.isArray(value) && /^-\d+$/.test(head)) return walk(value.at(Number(head)), rest)
  return walk(value[head], rest)
}

/** `{name}` alone keeps the value's kind; within a text it is written in, percent-encoded in a path. */
export function fill(value, saved, encode = false) {
  if (Array.isArray(value)) return value.map((v) => fill(v, saved))
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fill(v, saved)]))
  if (typeof value !== 'string') return value
  const whole = /^\{(\w+)\}$/.exec(value)
  if (whole && whole[1] in saved && !encode) return saved[whole[1]]
  return value.replace(/\{(\w+)\}/g, (all, name) => {
    if (!(name in saved)) return all
    return encode ? encodeURIComponent(String(saved[name])) : String(saved[name])
  })
}

const text = (v) => (v === undefined ? 'nothing' : JSON.stringify(v)?.slice(0, 200))
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)
const size = (v) => (typeof v === 'string' || Array.isArray(v) ? v.length : Object.keys(v ?? {}).length)
const kind = (v) => (v === null ? 'null' : Array.isArray(v) ? 'array' : typeof v)
const order = (v, w) => (typeof v === typeof w && v !== null ? (v < w ? -1 : v > w ? 1 : 0) : NaN)

/** Each gives true, or says nothing more than false. */
const ops = {
  is: (v, w) => same(v, w),
  not: (v, w) => !same(v, w),
  above: (v, w) => order(v, w) > 0,
  least: (v, w) => order(v, w) >= 0,
  below: (v, w) => order(v, w) < 0,
  most: (v, w) => order(v, w) <= 0,
  length: (v, w) => v !== undefined && size(v) === w,
  least_length: (v, w) => v !== undefined && size(v) >= w,
  has: (v, w) => (typeof v === 'string' ? v.includes(w) : Array.isArray(v) && v.some((x) => same(x, w))),
  matches: (v, w) => typeof v === 'string' && new RegExp(w, 'u').test(v),
  exists: (v, w) => (v !== undefined && v !== null) === w,
  type: (v, w) => kind(v) === w,
  one_of: (v, w) => w.some((x) => same(v, x)),
  each: (v, w) => Array.isArray(v) && v.length > 0 && v.every((x) => compare(x, w) === null),
}

/** null: as wanted; else a sentence. A map is read as comparisons if all its keys are, else as a value. */
export function compare(value, wanted) {
  const asks = wanted && typeof wanted === 'object' && !Array.isArray(wanted) && Object.keys(wanted).every((k) => k in ops)
  if (!asks) return same(value, wanted) ? null : `is ${text(value)}, not ${text(wanted)}`
  for (const [op, w] of Object.entries(wanted))
    if (!ops[op](value, w)) return `${text(value)} fails ${op} ${text(w)}`
  return null
}

/** All that is wrong with an answer `{status, headers, text, json, ms}`. */
export function judge(expect, answer) {
  const wrong = []
  const { status, headers, text: part, under_ms: limit, ...pointers } = expect ?? {}
  const good = status === undefined ? answer.status >= 200 && answer.status < 300 : compare(answer.status, status) === null
  if (!good) wrong.push(`status is ${answer.status}, not ${text(status ?? '2xx')}: ${answer.text.slice(0, 300)}`)
  for (const [name, wanted] of Object.entries(headers ?? {})) {
    const said = compare(answer.headers.get(name) ?? undefined, wanted)
    if (said) wrong.push(`header ${name} ${said}`)
  }
  if (part !== undefined && !answer.text.includes(part)) wrong.push(`the body does not hold ${text(part)}`)
  if (limit !== undefined && answer.ms > limit) wrong.push(`took ${Math.round(answer.ms)} ms, not ${limit}`)
  for (const [pointer, wanted] of Object.entries(pointers)) {
    const said = pointer.startsWith('/') || pointer === '' ? compare(point(answer.json, pointer), wanted) : 'is no pointer'
    if (said) wrong.push(`${pointer} ${said}`)
  }
  return wrong
}
