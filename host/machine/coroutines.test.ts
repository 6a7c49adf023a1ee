import { describe, expect, it } from 'vitest'
import type { CoroutineTable } from '../toolchain/backend/link/coroutines.ts'
import type { Image } from '../toolchain/elf/image.ts'
import { liveCoroutines } from './coroutines.ts'
import type { Surroundings } from './coroutines.ts'
import type { Memory } from './memory.ts'

const head = 0x1000
const table: CoroutineTable = {
  name: 'sub/echo/serve<~lib/array/Array<i32>>',
  address: 0x8040_0080,
  descriptor: 0x700,
  frameBytes: 40,
  states: [
    { line: 5, address: 0x8040_0100, slots: [] },
    {
      line: 9,
      address: 0x8040_0200,
      slots: [
        { offset: 32, bytes: 4, name: 'count' },
        { offset: 36, bytes: 8, name: 'total' },
      ],
    },
  ],
}

const image: Image = {
  entry: 0,
  segments: [],
  symbols: [{ name: '__tasks', address: head, size: 32, kind: 'object' }],
  lines: [],
  sections: new Map(),
}

/** Memory with the given words, by address. */
function memoryOf(words: Record<number, number>): Memory {
  const word = (address: number) => words[address] ?? 0
  return {
    word,
    words: (address: number, count: number) =>
      Array.from({ length: count }, (_, i) => word(address + 4 * i)),
  } as Memory
}

function surroundings(words: Record<number, number>): Surroundings {
  const describeOperation = (operation: number) => (operation === 77 ? 'a request' : undefined)
  return { memory: memoryOf(words), cycleOf: (low) => low * 100, describeOperation }
}

describe('live coroutines', () => {
  it('are the frames of the list whose resume address the table knows', () => {
    const memory = surroundings({
      [head + 16]: 0x2000,
      [0x2000]: 0x8040_0200,
      [0x2000 + 16]: 0x3000,
      [0x2000 + 24]: 0x3000,
      [0x2000 + 32]: 3,
      [0x2000 + 36]: 4,
      [0x2000 + 40]: 5,
      [0x2000 + 12]: 5,
      [0x3000 + 12]: 77,
      [0x3000 + 16]: head,
    })
    expect(liveCoroutines(image, [table], memory)).toEqual([
      {
        frame: 0x2000,
        name: 'serve<~lib/array/Array<i32>>',
        file: 'sub/echo.ts',
        line: 9,
        state: 'waiting',
        since: 500,
        operation: 77,
        awaited: 0x3000,
        waitsFor: 'a request',
        awaiters: [],
        kept: [
          { name: 'count', words: [3] },
          { name: 'total', words: [4, 5] },
        ],
      },
    ])
  })

  it('know what they wait for, and who waits for them', () => {
    const [inner, outer, other] = [0x2000, 0x3000, 0x4000]
    const memory = surroundings({
      [head + 16]: inner,
      ...{ [inner]: 0x8040_0200, [inner + 4]: 1, [inner + 16]: outer, [inner + 24]: other },
      ...{ [outer]: 0x8040_0100, [outer + 4]: 1, [outer + 16]: head, [outer + 24]: inner },
      [other + 8]: 1,
    })
    expect(liveCoroutines(image, [table], memory)).toMatchObject([
      { frame: inner, state: 'ready', waitsFor: 'task 0x4000', awaiters: [outer] },
      {
        frame: outer,
        state: 'waiting',
        waitsFor: 'serve<~lib/array/Array<i32>> at line 9',
        awaiters: [],
      },
    ])
  })

  it('are none where there is no list, or an empty one', () => {
    expect(liveCoroutines({ ...image, symbols: [] }, [table], surroundings({}))).toEqual([])
    expect(liveCoroutines(image, [table], surroundings({ [head + 16]: head }))).toEqual([])
  })

  it('end in spite of a broken list', () => {
    const memory = surroundings({ [head + 16]: 0x2000, [0x2000 + 16]: 0x2000 })
    expect(liveCoroutines(image, [table], memory)).toEqual([])
  })
})
