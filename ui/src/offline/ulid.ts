// A ULID of one's own: 48 bits of time, 80 of chance, Crockford's base 32 (github.com/ulid/spec).
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export function ulid(now = Date.now(), chance = crypto.getRandomValues(new Uint8Array(16))): string {
  let head = ''
  for (let i = 0, t = now; i < 10; i++, t = Math.floor(t / 32)) head = ALPHABET.charAt(t % 32) + head
  return head + [...chance].map((b) => ALPHABET.charAt(b & 31)).join('')
}
