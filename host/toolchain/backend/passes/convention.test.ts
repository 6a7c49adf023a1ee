import { expect, test } from 'vitest'
import type { Type } from '../../../../test/backend/wasm.ts'
import { count, lower } from '../../../../test/backend/ir.ts'
import { spellOutStackWords } from './convention.ts'

test('words beyond the eighth are on the stack', () => {
  const parameters = Array.from({ length: 6 }, (): Type => 'i64')
  const operands = parameters.flatMap((_, i) => [0x20, i])
  const fn = lower({ parameters, results: ['i64'], body: [...operands, 0x10, 0] })
  spellOutStackWords(fn)
  expect(count(fn, 'loadincoming')).toBe(4)
  expect(count(fn, 'storeoutgoing')).toBe(4)
  expect(fn.blocks[0].code[0].defs).toHaveLength(8)
})
