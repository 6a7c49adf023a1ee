/**
 * Interrupt latency by the rule of Ibex: with the line raised at cycle T, and E the end of the running instruction's cost less its
 * bubble, the handler starts at max(E, T) + 3. The timer raises its line at every cycle of a stretch of code in turn; the handler's
 * first instruction reads the cycle.
 */
import { expect, test } from 'vitest'
import { Board, finish } from '../board.ts'

const first = 200
const last = 260

/** The body runs with the timer interrupt enabled and due at cycle `due`; returns the handler's first cycle. */
async function handlerCycle(body: string, due: number, options = {}): Promise<number> {
  const board = await start(program(body), due, options)
  expect(board.run()).toBe('Exit')
  return board.x(8)
}

async function start(text: string, due: number, options = {}): Promise<Board> {
  const board = await Board.with(text, options)
  board.core.setRegister(0, 11, due)
  return board
}

/** The timer's cycle is in a1. */
const program = (body: string, enable = 8) => `
  la t0, handler
  csrw mtvec, t0
  li t0, 0x2004000
  sw a1, 0(t0)
  sw x0, 4(t0)
  la t0, area
  li t1, -1
  li t2, 1
  li t3, 0x80
  csrw mie, t3
  csrsi mstatus, ${enable}
  ${body}
  j .
  .balign 4
handler:
  csrr s0, mcycle
  ${finish}
  .data
area: .zero 64
`

async function latencies(body: string): Promise<number[]> {
  const seen = new Set<number>()
  for (let due = first; due < last; due++) seen.add((await handlerCycle(body, due)) - due)
  return [...seen].sort((a, b) => a - b)
}

const repeat = (text: string) => `${text}\n`.repeat(300)
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

test.each([
  ['ALU instructions', repeat('add t4, t1, t2'), [4]],
  ['loads', repeat('lw t4, 0(t0)'), [4, 5]],
  ['multiplications', repeat('mul t4, t1, t2'), [4, 5, 6]],
  ['divisions, which finish first', repeat('div t4, t1, t2'), range(4, 40)],
  ['a loop of one branch', '1: bnez t1, 1b', [3, 4, 5]],
  ['a loop of one jump', '1: j 1b', [4, 5]],
  ['CSR writes of three cycles', repeat('csrw mcause, t1'), [3, 4, 5]],
  ['CSR reads', repeat('csrr t4, mcause'), [4]],
])('in %s', async (_, body, expected) => {
  expect(await latencies(body)).toEqual(expected)
})

test('a taken branch to a misaligned instruction has a bubble of two', async () => {
  const seen = new Set<number>()
  const body = '.balign 4\n c.nop\n1: bnez t1, 1b'
  for (let due = first; due < last; due++) {
    seen.add((await handlerCycle(body, due, { compressed: true })) - due)
  }
  expect([...seen].sort()).toEqual([3, 4, 5])
})

test('an mret into pending interrupts has a bubble of one', async () => {
  const body = `
    csrci mstatus, 8
    csrr t5, mie
    li t5, 250
  1: addi t5, t5, -1
    bnez t5, 1b
    la t5, 2f
    csrw mepc, t5
    li t5, 0x1880
    csrw mstatus, t5
    csrr s1, mcycle
    mret
  2: nop
    nop`
  const board = await start(program(body), first)
  expect(board.run()).toBe('Exit')
  const mret = board.x(9) + 1
  expect(board.x(8)).toBe(mret + 3 - 1 + 3)
})

test('enabling interrupts with one pending takes it when the write is done, less its bubble', async () => {
  const body = `
    csrci mstatus, 8
    li t5, 250
  1: addi t5, t5, -1
    bnez t5, 1b
    csrr s1, mcycle
    csrsi mstatus, 8
    nop`
  const board = await start(program(body), first)
  expect(board.run()).toBe('Exit')
  const write = board.x(9) + 1
  expect(board.x(8)).toBe(write + 3 - 1 + 3)
})

test('wfi: the handler starts four cycles after the line, if the hart sleeps by then', async () => {
  const late = await start(program('csrr s1, mcycle\n wfi'), 500)
  late.run()
  const wfi = late.x(9) + 1
  const handler = async (due: number) => handlerCycle('csrr s1, mcycle\n wfi', due)
  expect(await handler(500)).toBe(504)
  for (const asleep of [3, 4, 5, 9]) expect(await handler(wfi + asleep)).toBe(wfi + asleep + 4)
  for (const early of [1, 2]) expect(await handler(wfi + early)).toBe(wfi + 3 + 4)
})

test('wfi with interrupts disabled goes on two cycles after the line', async () => {
  const goesOn = async (due: number) => {
    const board = await start(program(`wfi\n csrr s0, mcycle\n ${finish}`, 0), due)
    expect(board.run()).toBe('Exit')
    return board.x(8)
  }
  for (const due of [200, 201, 333]) expect(await goesOn(due)).toBe(due + 2)
})

test('a wfi with an enabled interrupt pending sleeps for no time', async () => {
  const body = `
    li t5, 250
  1: addi t5, t5, -1
    bnez t5, 1b
    csrr s1, mcycle
    wfi
    csrr s0, mcycle
    ${finish}`
  const board = await start(program(body, 0), first)
  expect(board.run()).toBe('Exit')
  expect(board.x(8)).toBe(board.x(9) + 1 + 3 + 2)
})

test('latencies do not depend on how the host cuts the run', async () => {
  const body = `1: mul t4, t1, t2\n div t4, t1, t2\n lw t4, 0(t0)\n bnez t1, 1b`
  for (let due = first; due < last; due += 3) {
    const cut = await start(program(body), due)
    let stop = cut.run(first - 20)
    for (let until = first - 19; stop === 'Limit' && until < 1000; until++) stop = cut.run(until)
    expect(stop).toBe('Exit')
    expect(cut.x(8)).toBe(await handlerCycle(body, due))
  }
})
