import { describe, expect, it } from 'vitest'
import { digestOf, fileAddress, thumbAddress } from '@/api/files'
import { idsOf } from '@/record/values'
import { MOST_BYTES, refusal } from './usePhotos'

describe('photos', () => {
  it('are one or several, never something else', () => {
    expect(idsOf(['a', '', 'b'])).toEqual(['a', 'b'])
    expect(idsOf('a')).toEqual(['a'])
    expect(idsOf(null)).toEqual([])
  })
  it('are refused in words before they go', () => {
    expect(refusal({ type: 'image/jpeg', size: 10 })).toBe('')
    expect(refusal({ type: 'application/pdf', size: 10 })).toMatch(/不是照片/)
    expect(refusal({ type: 'image/png', size: MOST_BYTES + 1 })).toMatch(/20 MB/)
  })
  it('stand under their digest', async () => {
    // FIPS 180-2, appendix B.1: SHA-256 of "abc"
    const id = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(await digestOf(new Blob(['abc']))).toBe(id)
    expect(fileAddress(id)).toBe(`/files/${id}`)
    expect(thumbAddress(id)).toBe(`/files/${id}?size=320`)
    expect(thumbAddress('/demo/x.webp')).toBe('/demo/x.webp')
  })
})
