import { describe, expect, it } from 'vitest'
import { ago, day, number, share } from './format'
import { t } from './index'

const now = new Date('2026-11-23T12:00:00')

describe('figures and days', () => {
  it('writes a day as the county does', () => {
    expect(day('2026-11-23', now)).toBe('11月23日 周一')
    expect(day('2024-03-14', now)).toBe('2024年3月14日 周四')
    expect(day(null)).toBe('—')
  })
  it('says how long ago', () => {
    expect(ago('2026-11-23T11:55:00', now)).toBe('5 分钟前')
    expect(ago('2026-11-23T09:00:00', now)).toBe('3 小时前')
    expect(ago('2026-11-22T09:00:00', now)).toBe('昨天')
  })
  it('tells a share however the server puts it', () => {
    expect(share(0.61)).toBe('61%')
    expect(share(61)).toBe('61%')
    expect(share('三项中两项')).toBe('三项中两项')
    expect(number(null)).toBe('—')
  })
  it('fills a sentence', () => {
    expect(t('common.rows', { n: 4 })).toBe('4 条')
  })
})
