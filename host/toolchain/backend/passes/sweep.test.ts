import { expect, test } from 'vitest'
import { count, lower } from '../../../../test/backend/ir.ts'
import { leaveSsa } from './destruct.ts'
import { sweep } from './sweep.ts'

test('constants that copies took over are removed', () => {
  const body = [0x20, 0, 0x04, 0x7f, 0x41, 0xe4, 0x00, 0x05, 0x41, 0x32, 0x0b]
  const fn = lower({ parameters: ['i32'], results: ['i32'], body })
  leaveSsa(fn)
  expect(count(fn, 'const')).toBe(4)
  sweep(fn)
  expect(count(fn, 'const')).toBe(2)
})
