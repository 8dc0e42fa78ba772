// Much to ask, a little at a time.

/** Runs `work` over all of `list`, a few at once; the answers stand in the same order. */
export async function fewAtOnce<A, B>(list: A[], work: (a: A) => Promise<B>, lanes = 6): Promise<B[]> {
  const out: B[] = new Array<B>(list.length)
  let at = 0
  const lane = async (): Promise<void> => {
    for (let i = at++; i < list.length; i = at++) {
      const one = list[i]
      if (one !== undefined) out[i] = await work(one)
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, list.length) }, lane))
  return out
}
