// A changed collection's tiles are asked for under a new address, so that no cache on the way answers with the old.
const stamps = new Map<string, number>()

export const markChanged = (collection: string, seq: number): void => void stamps.set(collection, seq)

export function stampTiles(url: string): string {
  const found = /\/collections\/([^/]+)\/tiles\//.exec(url)
  const stamp = found?.[1] ? stamps.get(decodeURIComponent(found[1])) : undefined
  return stamp === undefined ? url : `${url}${url.includes('?') ? '&' : '?'}seq=${stamp}`
}
