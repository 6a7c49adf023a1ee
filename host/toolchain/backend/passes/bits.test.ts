import { describe, expect, test } from 'vitest'
import { lower, text } from '../../../../test/backend/ir.ts'
import { constant } from '../../../../test/backend/wasm.ts'
import { parseMarch } from '../march.ts'
import { combineBits } from './bits.ts'
import { eliminateDeadCode } from './dce.ts'
import { selectInstructions } from './select.ts'

const X = [0x20, 0]
const Y = [0x20, 1]
const number = (value: number) => constant('i32', value)
const [ADD, MUL, AND, OR, XOR, SHL, SHR_S, SHR_U] = [0x6a, 0x6c, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76]

function selected(body: number[], march = 'rv32im_zba_zbb_zbs'): string {
  const fn = lower({ parameters: ['i32', 'i32'], results: ['i32'], body })
  fn.extensions = parseMarch(march)
  combineBits(fn)
  selectInstructions(fn)
  eliminateDeadCode(fn)
  return text(fn)
}

describe('one instruction of', () => {
  test.each([
    ['sh2add v1, v2', [...X, ...number(2), SHL, ...Y, ADD]],
    ['sh3add v1, v1', [...X, ...number(9), MUL]],
    ['andn v2, v1', [...X, ...number(-1), XOR, ...Y, AND]],
    ['orn v1, v2', [...X, ...Y, ...number(-1), XOR, OR]],
    ['xnor v1, v2', [...X, ...Y, XOR, ...number(-1), XOR]],
    ['zexth v1', [...X, ...number(0xffff), AND]],
    ['sextb v1', [...X, ...number(24), SHL, ...number(24), SHR_S]],
    ['sexth v1', [...X, 0xc1]],
    ['ror v1, 25', [...X, ...number(7), SHL, ...X, ...number(25), SHR_U, OR]],
    ['bset v2, v1', [...number(1), ...X, SHL, ...Y, OR]],
    ['bset v1, 20', [...X, ...number(1 << 20), OR]],
    ['binv v1, 31', [...X, ...number(-0x80000000), XOR]],
    ['bclr v1, 12', [...X, ...number(~(1 << 12)), AND]],
    ['bext v1, v2', [...X, ...Y, SHR_U, ...number(1), AND]],
  ])('%s', (expected, body) => {
    expect(selected(body)).toContain(`= ${expected}\n`)
  })
})

test('nothing is combined where the extension is missing', () => {
  const body = [...X, ...number(2), SHL, ...Y, ADD]
  expect(selected(body, 'rv32im_zbb_zbs')).toContain('sll v1, 2')
})

test('a shift that something else reads stays, and so does the sum', () => {
  const body = [...X, ...number(2), SHL, 0x22, 0, ...Y, ADD, ...X, XOR]
  expect(selected(body)).not.toContain('sh2add')
})
