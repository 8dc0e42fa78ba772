// When a register counts as old: thirty days without a change.
const OLD = 30

export function staleDays(changed: string | null | undefined, now = new Date()): number {
  if (!changed) return 0
  const days = Math.floor((now.getTime() - new Date(changed).getTime()) / 86400000)
  return days >= OLD ? days : 0
}
