// A stake is whole metres from the road's beginning, spoken and typed as K12+300 (docs/decisions/0003).

/** Rounded first, so that 1999.7 is K2+000 and never K1+1000. */
export function stakeText(metres: number): string {
  const m = Math.round(Math.abs(metres))
  return `${metres < 0 && m > 0 ? '-' : ''}K${Math.floor(m / 1000)}+${String(m % 1000).padStart(3, '0')}`
}

/** K12+300, k12＋300.5 (cut, as the server does), 12300; null: none of these. */
export function stakeMetres(text: string): number | null {
  const t = text.trim().toUpperCase().replace(/＋/g, '+').replace(/\s/g, '')
  const full = /^K(\d{1,5})(?:\+(\d{1,3})(?:\.\d+)?)?$/.exec(t)
  if (full) return Number(full[1]) * 1000 + Number(full[2] ?? 0)
  return /^\d{1,8}$/.test(t) ? Number(t) : null
}

export const metresOf = (value: unknown): number | null =>
  typeof value === 'number' ? value : typeof value === 'string' ? stakeMetres(value) : null
