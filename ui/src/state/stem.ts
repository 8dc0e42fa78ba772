// The part of a division's code that all below it share.
/** The digits a division shares with all below it: 990121110000 → 990121110. */
export const stem = (code: string): string => {
  for (const n of [2, 4, 6, 9]) if (/^0*$/.test(code.slice(n))) return code.slice(0, n)
  return code
}
