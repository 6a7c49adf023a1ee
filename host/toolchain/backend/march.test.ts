import { expect, test } from 'vitest'
import { parseMarch } from './march.ts'

test('letters and extensions', () => {
  const none = { compressed: false, zba: false, zbb: false, zbs: false }
  expect(parseMarch('rv32im')).toEqual(none)
  expect(parseMarch('rv32imac_zicsr')).toEqual({ ...none, compressed: true })
  expect(parseMarch('RV32IMA_Zba_Zbs')).toEqual({ ...none, zba: true, zbs: true })
})

test.each(['rv64im', 'rv32i', 'rv32imafd', 'rv32im_zbc', ''])('%j is not understood', (name) => {
  expect(() => parseMarch(name)).toThrow('unknown instruction set')
})
