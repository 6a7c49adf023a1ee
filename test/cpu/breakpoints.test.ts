/** Breakpoints of the core: they stop in front of the instruction and change nothing else. */
import { expect, test } from 'vitest'
import { Board, finish } from './board.ts'

const program = `
  li s0, 5
loop: addi s1, s1, 3
body: mul s2, s1, s1
  addi s0, s0, -1
  bnez s0, loop
  ${finish}`

test('a breakpoint stops in front of its instruction, each time', async () => {
  const board = await Board.with(program)
  const body = board.address('body')
  expect(board.core.setBreakpoint(body)).toBe(1)
  const seen: number[] = []
  while (board.run() === 'Break') {
    expect([board.core.stopCode() >>> 0, board.core.programCounter(0) >>> 0]).toEqual([body, body])
    seen.push(board.x(9))
    stepOver(board, body)
  }
  expect(seen).toEqual([3, 6, 9, 12, 15])
})

test('a run with breakpoints has the cycles and the state of one without', async () => {
  const plain = await Board.with(program)
  plain.run()
  const debugged = await Board.with(program)
  const places = ['loop', 'body'].map((name) => debugged.address(name))
  for (const place of places) debugged.core.setBreakpoint(place)
  while (debugged.run() === 'Break') stepOver(debugged, debugged.core.stopCode() >>> 0)
  expect([debugged.cycle, debugged.hash]).toEqual([plain.cycle, plain.hash])
})

test('they can be taken away, and lie in RAM', async () => {
  const board = await Board.with(program)
  const body = board.address('body')
  expect(board.core.setBreakpoint(0x1000)).toBe(0)
  expect(board.core.clearBreakpoint(body)).toBe(0)
  board.core.setBreakpoint(body)
  expect(board.run()).toBe('Break')
  expect(board.core.clearBreakpoint(body)).toBe(1)
  expect(board.run()).toBe('Exit')
})

/** Do the one instruction at a breakpoint. */
function stepOver(board: Board, place: number): void {
  board.core.clearBreakpoint(place)
  board.run(board.cycle + 1)
  board.core.setBreakpoint(place)
}
