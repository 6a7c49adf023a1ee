import { describe, expect, it } from 'vitest'
import type { CoroutineTable } from '../toolchain/backend/link/coroutines.ts'
import type { Image } from '../toolchain/elf/image.ts'
import { liveCoroutines } from './coroutines.ts'
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

describe('live coroutines', () => {
  it('are the frames of the list whose resume address the table knows', () => {
    const memory = memoryOf({
      [head + 16]: 0x2000,
      [0x2000]: 0x8040_0200,
      [0x2000 + 16]: 0x3000,
      [0x2000 + 24]: 0x3000,
      [0x2000 + 32]: 3,
      [0x2000 + 36]: 4,
      [0x2000 + 40]: 5,
      [0x3000 + 12]: 17,
      [0x3000 + 16]: head,
    })
    expect(liveCoroutines(image, [table], memory)).toEqual([
      {
        frame: 0x2000,
        name: 'serve<~lib/array/Array<i32>>',
        file: 'sub/echo.ts',
        line: 9,
        operation: 17,
        awaited: 0x3000,
        kept: [
          { name: 'count', words: [3] },
          { name: 'total', words: [4, 5] },
        ],
      },
    ])
  })

  it('are none where there is no list, or an empty one', () => {
    expect(liveCoroutines({ ...image, symbols: [] }, [table], memoryOf({}))).toEqual([])
    expect(liveCoroutines(image, [table], memoryOf({ [head + 16]: head }))).toEqual([])
  })

  it('end in spite of a broken list', () => {
    const memory = memoryOf({ [head + 16]: 0x2000, [0x2000 + 16]: 0x2000 })
    expect(liveCoroutines(image, [table], memory)).toEqual([])
  })
})
