/** DPC unit and completion ports as programs meet them: through AMOSWAP.W, the PLIC and two harts. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Board } from '../cpu/board.ts'

const source = readFileSync(new URL('./units.s', import.meta.url), 'utf8')

async function finished(slice?: number): Promise<Board> {
  const board = await Board.with(source, { harts: 2, slice })
  expect(board.run()).toBe('Exit')
  return board
}

describe('a DPC for another hart', () => {
  it('S24: interrupts it, is queued once and runs once', async () => {
    const board = await finished()
    expect(board.words('results', 2)).toEqual([1, 0])
    expect(board.word('claimed')).toBe(33)
    expect(board.word('runs')).toBe(1)
    expect(board.word('dpc', 2)).toBe(0)
  })

  it('S14, N1.3: waits while the threshold is at its level', async () => {
    const board = await finished()
    expect(board.word('results', 7)).toBe(0)
  })
})

describe('a packet for a parked thread', () => {
  it('N3.2: is handed over; the inserting hart gets the thread to release', async () => {
    const board = await finished()
    const [, , before, taker, released, value, parked] = board.words('results', 7)
    const thread = board.address('thread')
    expect({ before, taker, released, value, parked }).toEqual({
      before: 0,
      taker: thread,
      released: thread,
      value: board.address('packet'),
      parked: 1,
    })
  })
})

describe('the registers of the units', () => {
  it('fault when they are used the wrong way', async () => {
    const board = await finished()
    expect(board.word('faults')).toBe(0x0507)
  })

  it('see commands in the order of cycles, whatever the slice', async () => {
    const outcomes = new Set<string>()
    for (const slice of [1, 50, 5000]) {
      const board = await finished(slice)
      outcomes.add(board.words('results', 8).join())
    }
    expect(outcomes.size).toBe(1)
  })
})
