import { expect, it } from 'vitest'
import { countWords } from './counted'

it('says the number, or what is known and that there are more', () => {
  expect(countWords(12345, 100)).toBe('12,345 条')
  expect(countWords(0, 0)).toBe('0 条')
  expect(countWords(null, 100)).toBe('100+ 条')
  expect(countWords(null, 1060)).toBe('1,000+ 条')
  expect(countWords(null, 31999)).toBe('31,000+ 条')
  expect(countWords(null, 0)).toBe('正在读取')
})
