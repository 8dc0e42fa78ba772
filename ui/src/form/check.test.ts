import { describe, expect, it } from 'vitest'
import { fieldOf } from '@/record/fields'
import { checkAll, checkField, idCheck, readNumber } from './check'

describe('a form’s checks', () => {
  it.each([['1,200.5', 1200.5], ['１２．５', 12.5], ['-3', -3], ['12m', null], ['', null]])('reads %s', (text, n) => {
    expect(readNumber(text)).toBe(n)
  })
  it('knows the last digit of an identity number', () => {
    // Example of GB 11643-1999, annex: 11010519491231002X
    expect(idCheck('11010519491231002')).toBe('X')
    const f = fieldOf('id', { title: '身份证号', type: 'string', format: 'id-card' })
    expect(checkField(f, '110105194912310021')).toBe('身份证号最后一位应为 X，请核对')
    expect(checkField(f, '11010519491231002x')).toBeNull()
  })
  it('says what to do', () => {
    const width = fieldOf('width', { title: '路面宽', type: 'number', minimum: 2, maximum: 40 }, ['width'])
    expect(checkField(width, null)).toBe('请填写路面宽')
    expect(checkField(width, 480)).toBe('应在 2 到 40 之间')
    expect(checkField(width, '宽')).toBe('“宽”不是数字，请只写数字')
    expect(checkField(fieldOf('s', { type: 'integer', format: 'stake' }), '12+300m')).toBe('桩号应写成 K12+300')
    expect(checkField(fieldOf('n', { type: 'string', maxLength: 2 }), '三个字')).toBe('写了 3 个字，最多 2 个')
    expect(checkAll([width], { width: 5 })).toEqual([])
  })
})
