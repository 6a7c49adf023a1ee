import { describe, expect, test } from 'vitest'
import { coroutine, text } from '../../../../test/backend/ir.ts'
import { createInstruction, suspensionsByState, terminatorOf } from '../ir/ir.ts'
import { storeSoon } from './frameStores.ts'
import { PASSES } from './pipeline.ts'

const SUSPEND = [0x41, 7, 0x10, 2]

/** Runs the passes up to and with `last`. */
function after(last: string, ...body: Parameters<typeof coroutine>) {
  const fn = coroutine(...body)
  for (const { name, run } of PASSES) {
    run(fn)
    if (name === last) break
  }
  return fn
}

/** Two parameters; the first is needed behind the suspension, the second is not. */
const ONE_KEPT: Parameters<typeof coroutine> = [2, [0x20, 1, 0x24, 0, ...SUSPEND, 0x20, 0, 0x24, 0]]

describe('suspensions', () => {
  test('keep what is needed behind them and nothing else', () => {
    const fn = after('coroutine', ...ONE_KEPT)
    const [state] = fn.coroutine!.states
    expect(fn.coroutine!.frameBytes).toBe(36)
    expect(state).toMatchObject({ line: 7, slots: [{ offset: 32 }] })
    expect(text(fn)).toMatch(/store32 v\d+, 32\(v\d+\)/)
    expect(state.resume.code.map(({ op }) => op).slice(0, 2)).toEqual(['resumed', 'load32'])
  })

  test('make constants again', () => {
    const fn = after('coroutine', 0, [0x41, 5, 0x21, 0, ...SUSPEND, 0x20, 0, 0x24, 0], 1)
    expect(fn.coroutine!.frameBytes).toBe(32)
  })

  test('share slots between values that are not needed together', () => {
    const twice = [0x20, 0, 0x24, 0, ...SUSPEND, 0x20, 1, 0x24, 0]
    const second = [0x23, 0, 0x21, 0, ...SUSPEND, 0x20, 0, 0x24, 0]
    expect(after('coroutine', 2, [...twice, ...second]).coroutine!.frameBytes).toBe(36)
  })

  test('are followed by their resume points', () => {
    const fn = after('layout', 1, [...SUSPEND, ...SUSPEND, 0x20, 0, 0x24, 0])
    const byState = suspensionsByState(fn.blocks)
    fn.coroutine!.states.forEach(({ resume }, state) => {
      const [suspended] = byState.get(state)!
      expect(fn.blocks[fn.blocks.indexOf(suspended) + 1]).toBe(resume)
    })
  })
})

test('values that change their slots are all loaded before one is stored', () => {
  const fn = coroutine(0, SUSPEND)
  const [frame, a, b] = [1, 2, 3]
  fn.coroutine!.frame = frame
  const [block] = fn.blocks
  block.targets = []
  block.code = [
    createInstruction('resumed', [frame], []),
    createInstruction('load32', [a], [frame], 32),
    createInstruction('load32', [b], [frame], 36),
    createInstruction('store32', [], [frame, a], 36),
    createInstruction('store32', [], [frame, b], 32),
    createInstruction('suspend', [], [frame]),
  ]
  fn.blocks = [block]
  storeSoon(fn)
  const ops = block.code.map(({ op }) => op)
  expect(ops.lastIndexOf('load32')).toBeLessThan(ops.indexOf('store32'))
})

test('values are stored as soon as nothing needs their register', () => {
  const body = [0x20, 0, 0x41, 3, 0x6a, 0x21, 0, 0x20, 0, 0x24, 0, 0x41, 1, 0x24, 1]
  const fn = after('stores', 1, [...body, ...SUSPEND, 0x20, 0, 0x24, 0])
  const { code } = fn.blocks.find((block) => terminatorOf(block).op === 'suspend')!
  const stores = code.filter(({ op }) => op === 'store32')
  expect(stores.map(({ imm, symbol }) => symbol ?? imm)).toEqual(['__globals.0', 32, '__globals.0'])
})
