/** Code that changes, counters, atomics on one hart, protection. */
import { describe, expect, test } from 'vitest'
import { Board, finish } from './board.ts'

async function ended(source: string, options = {}): Promise<Board> {
  const board = await Board.with(source, options)
  expect(board.run()).toBe('Exit')
  return board
}

describe('code that is written', () => {
  const patch = (fence: string) => `
    la t0, target
    la t1, replacement
    li s0, 0
    li s2, 3
  loop:
  target: addi s0, s0, 1
    lw t2, 0(t1)
    sw t2, 0(t0)
    ${fence}
    addi s2, s2, -1
    bnez s2, loop
    ${finish}
  replacement: addi s0, s0, 100`

  test.each(['fence.i', ''])('is run as it is then (%s)', async (fence) => {
    expect((await ended(patch(fence))).x(8)).toBe(201)
  })

  test('also when only half of a 32-bit instruction is written, across a page', async () => {
    const board = await ended(`
      la t0, across
      li t1, 5
      j body
      .balign 4096
      .zero 4090
    body: nop
    across: addi s0, x0, 1
      bnez s1, 2f
      li s1, 1
      # The upper half: immediate 7 and the upper bits of rs1.
      li t2, 0x0070
      sh t2, 2(t0)
      j body
    2: ${finish}`)
    expect(board.address('across') % 4096).toBe(4094)
    expect(board.x(8)).toBe(7)
  }, 20_000)

  test('data beside code does not drop the code', async () => {
    const board = await ended(`
      la t0, cell
      li t1, 1000
    1: sw t1, 0(t0)
      addi t1, t1, -1
      bnez t1, 1b
      ${finish}
    cell: .word 0`)
    expect(board.counter('pageInvalidations')).toBe(0)
    expect(board.counter('pageDecodes')).toBe(1)
  })

  test('many pages of code, more than the cache holds', async () => {
    const page = (n: number) => `.balign 4096\n p${n}: addi s0, s0, ${n % 7}\n j p${n + 1}\n`
    const pages = Array.from({ length: 500 }, (_, n) => page(n)).join('')
    const board = await ended(
      `
      li s1, 2
      j p0
      ${pages}
      .balign 4096
    p500: addi s1, s1, -1
      beqz s1, 1f
      la t0, p0
      jr t0
    1: ${finish}`,
      { ramBytes: 4 << 20 },
    )
    const once = Array.from({ length: 500 }, (_, n) => n % 7).reduce((a, b) => a + b)
    expect(board.x(8)).toBe(2 * once)
  })
})

describe('counters', () => {
  test('minstret counts all but ecall and ebreak', async () => {
    const board = await ended(`
      la t0, handler
      csrw mtvec, t0
      csrr s0, minstret
      nop
      ecall
      nop
      csrr s1, minstret
      ${finish}
      .balign 4
    handler:
      csrr t0, mepc
      addi t0, t0, 4
      csrw mepc, t0
      li t0, 0x1800
      csrw mstatus, t0
      mret`)
    expect(board.x(9) - board.x(8)).toBe(1 + 1 + 7 + 1)
  })

  test('they can be written and stopped', async () => {
    const board = await ended(`
      li t0, 1000
      csrw mcycle, t0
      csrr s0, mcycle
      csrw minstret, t0
      csrr s1, minstret
      li t1, 5
      csrw mcountinhibit, t1
      csrr s2, mcycle
      nop
      csrr s3, mcycle
      csrr s4, minstret
      nop
      csrr s5, minstret
      csrw mcycleh, t0
      csrr s6, mcycleh
      csrw mcountinhibit, x0
      csrr s7, mcycleh
      csrr s8, mcycle
      nop
      csrr s9, mcycle
      ${finish}`)
    const x = (n: number) => board.x(n)
    expect([x(8), x(9)]).toEqual([1000, 1000])
    expect(x(19)).toBe(x(18))
    expect(x(21)).toBe(x(20))
    expect([x(22), x(23)]).toEqual([1000, 1000])
    expect(x(25) - x(24)).toBe(2)
  })

  test('U mode reads them as mcounteren allows', async () => {
    const board = await ended(`
      la t0, handler
      csrw mtvec, t0
      li t0, -1
      csrw pmpaddr0, t0
      li t0, 0x1f
      csrw pmpcfg0, t0
      li t0, 5
      csrw mcounteren, t0
      la t0, 1f
      csrw mepc, t0
      csrw mstatus, x0
      mret
    1: rdcycle s0
      rdinstret s1
    here: rdtime s2
      .balign 4
    handler:
      csrr s3, mepc
      ${finish}`)
    expect(board.x(19)).toBe(board.address('here'))
    expect(board.x(8)).toBeGreaterThan(0)
  })
})

describe('lr and sc', () => {
  test.each([
    ['succeed as a pair', 'lr.w t1, (a1)\n sc.w s0, t2, (a1)', 0, 5],
    ['fail without lr', 'sc.w s0, t2, (a1)', 1, 0],
    ['fail on another word', 'lr.w t1, (a1)\n sc.w s0, t2, (a2)', 1, 0],
    [
      'a failed sc takes the reservation',
      'lr.w t1, (a1)\n sc.w t3, t2, (a2)\n sc.w s0, t2, (a1)',
      1,
      0,
    ],
    [
      'a successful one too',
      'lr.w t1, (a1)\n sc.w t3, t2, (a1)\n li t2, 6\n sc.w s0, t2, (a1)',
      1,
      5,
    ],
  ])('%s', async (_, body, result, cell) => {
    const board = await ended(`
      la a1, area
      addi a2, a1, 4
      li t2, 5
      ${body}
      ${finish}
      .data
    area: .word 0, 0`)
    expect([board.x(8), board.word('area')]).toEqual([result, cell])
  })
})

test('AMOSWAP to a device exchanges: the PLIC threshold gives its old value', async () => {
  const board = await ended(`
    li a1, 0x0c200000
    li t0, 7
    amoswap.w s0, t0, (a1)
    li t0, 3
    amoswap.w s1, t0, (a1)
    amoadd.w s2, t0, (a1)
    lw s3, 0(a1)
    ${finish}`)
  expect([8, 9, 18, 19].map((n) => board.x(n))).toEqual([0, 7, 3, 6])
})

describe('physical memory protection', () => {
  /** Entry 0 opens the code to U; the body sets up others; then U mode runs `code`, and the trap's cause and value come back. */
  async function inUser(setup: string, code: string) {
    const board = await Board.with(`
      la t0, handler
      csrw mtvec, t0
      ${setup}
      la t0, user
      csrw mepc, t0
      csrw mstatus, x0
      mret
      .balign 4
    handler:
      csrr s0, mcause
      csrr s1, mtval
      csrr s2, mepc
      ${finish}
      .balign 4096
    user: ${code}
      ecall
      .balign 4096
    area: .word 1, 2, 3, 4, 5, 6, 7, 8`)
    expect(board.run()).toBe('Exit')
    const area = board.address('area')
    return { cause: board.x(8), value: (board.x(9) - area) | 0, board, area }
  }
  const code = 'la t0, user\n srli t0, t0, 2\n addi t0, t0, 511\n csrw pmpaddr0, t0\n'
  const napot = (entry: number, halfWords: number) =>
    `la t0, area\n srli t0, t0, 2\n addi t0, t0, ${halfWords}\n csrw pmpaddr${entry}, t0\n`
  const config = (value: number) => `li t0, ${value}\n csrw pmpcfg0, t0\n`
  const RX = 0x1d
  const access = 'la a1, area\n'

  test('without an entry U mode may do nothing', async () => {
    const { cause, board } = await inUser('', 'nop')
    expect([cause, board.x(9)]).toEqual([1, board.address('user')])
  })

  test('code only: data is refused', async () => {
    expect((await inUser(code + config(RX), 'nop')).cause).toBe(8)
    expect(await inUser(code + config(RX), `${access} lw t0, 0(a1)`)).toMatchObject({
      cause: 5,
      value: 0,
    })
    expect(await inUser(code + config(RX), `${access} sw t0, 4(a1)`)).toMatchObject({
      cause: 7,
      value: 4,
    })
  })

  test('NAPOT of 8 bytes, read-only', async () => {
    const setup = code + napot(1, 0) + config(RX | (0x19 << 8))
    expect((await inUser(setup, `${access} lw t0, 4(a1)`)).cause).toBe(8)
    expect(await inUser(setup, `${access} lw t0, 8(a1)`)).toMatchObject({ cause: 5, value: 8 })
    expect(await inUser(setup, `${access} sw t0, 0(a1)`)).toMatchObject({ cause: 7, value: 0 })
    expect(await inUser(setup, `${access} lw t0, 6(a1)`)).toMatchObject({ cause: 5, value: 6 })
  })

  test('NA4 is one word', async () => {
    const setup = code + napot(1, 1) + config(RX | (0x13 << 8))
    expect((await inUser(setup, `${access} sw t0, 4(a1)`)).cause).toBe(8)
    expect(await inUser(setup, `${access} sw t0, 8(a1)`)).toMatchObject({ cause: 7, value: 8 })
    expect(await inUser(setup, `${access} lb t0, 3(a1)`)).toMatchObject({ cause: 5, value: 3 })
  })

  test('TOR reaches from the entry before', async () => {
    const setup = code + napot(1, 1) + napot(2, 4) + config(RX | (0x0b << 16))
    expect((await inUser(setup, `${access} sw t0, 4(a1)\n sw t0, 12(a1)`)).cause).toBe(8)
    expect(await inUser(setup, `${access} sw t0, 0(a1)`)).toMatchObject({ cause: 7, value: 0 })
    expect(await inUser(setup, `${access} sw t0, 16(a1)`)).toMatchObject({ cause: 7, value: 16 })
  })

  test('the first entry that matches decides', async () => {
    const all = 'li t0, -1\n csrw pmpaddr2, t0\n'
    const setup = code + napot(1, 1) + all + config(RX | (0x10 << 8) | (0x1f << 16))
    expect((await inUser(setup, `${access} sw t0, 0(a1)`)).cause).toBe(8)
    expect(await inUser(setup, `${access} lw t0, 4(a1)`)).toMatchObject({ cause: 5, value: 4 })
  })

  test('a locked entry binds M mode and cannot be changed', async () => {
    const board = await ended(`
      la t0, handler
      csrw mtvec, t0
      la t0, area
      srli t0, t0, 2
      csrw pmpaddr0, t0
      mv s3, t0
      li t0, 0x91
      csrw pmpcfg0, t0
      csrw pmpaddr0, x0
      csrw pmpcfg0, x0
      csrr s4, pmpaddr0
      csrr s5, pmpcfg0
      la a1, area
      sw x0, 4(a1)
      lw s6, 0(a1)
      sw x0, 0(a1)
      .balign 4
    handler:
      csrr s0, mcause
      csrr s1, mtval
      ${finish}
      .balign 4
    area: .word 9, 9`)
    expect([board.x(8), board.x(9)]).toEqual([7, board.address('area')])
    expect([board.x(20), board.x(21), board.x(22)]).toEqual([board.x(19), 0x91, 9])
    expect(board.word('area', 1)).toBe(0)
  })

  test('mstatus.MPRV gives loads and stores of M mode the rights of MPP', async () => {
    const board = await ended(`
      la t0, handler
      csrw mtvec, t0
      li t0, 0x20000
      csrw mstatus, t0
      la a1, area
    here: lw t0, 0(a1)
      .balign 4
    handler:
      csrr s0, mcause
      csrr s1, mepc
      ${finish}
    area: .word 0`)
    expect([board.x(8), board.x(9)]).toEqual([5, board.address('here')])
  })
})

describe('ways a run ends', () => {
  test('PASS, FAIL with its code, RESET', async () => {
    const write = (value: number) => `li t0, 0x100000\n li t1, ${value}\n sw t1, 0(t0)\n j .`
    const pass = await Board.with(write(0x5555))
    expect([pass.run(), pass.core.stopCode()]).toEqual(['Exit', 0])
    const fail = await Board.with(write(0x0123_3333))
    expect([fail.run(), fail.core.stopCode()]).toEqual(['Exit', 0x123])
    const reset = await Board.with(write(0x7777))
    expect(reset.run()).toBe('Reset')
  })

  test('tohost: as on Spike', async () => {
    const program =
      'la t0, tohost\n li t1, 0\n sw t1, 0(t0)\n li t1, 7\n sw t1, 0(t0)\n j .\n tohost: .word 0, 0'
    const board = await Board.with(program)
    board.core.setToHost(board.address('tohost'))
    expect([board.run(), board.core.stopCode()]).toEqual(['Exit', 3])
  })

  test('asleep with nothing to come is idle forever; with a timer it is not', async () => {
    const board = await Board.with('wfi\n j .')
    expect(board.run()).toBe('Idle')
    const timer = await Board.with(`
      li t0, 0x2004000
      li t1, 5000000
      sw t1, 0(t0)
      sw x0, 4(t0)
      li t0, 0x80
      csrw mie, t0
      wfi
      ${finish}`)
    expect(timer.run()).toBe('Exit')
    expect(timer.cycle).toBeGreaterThan(5_000_000)
    expect(timer.retired).toBeLessThan(20)
  })

  test('a limit in the middle of sleep is reached exactly', async () => {
    const board = await Board.with(
      'li t0, 0x2004000\n sw x0, 4(t0)\n li t1, 9000\n sw t1, 0(t0)\n li t0, 128\n csrw mie, t0\n wfi\n j .',
    )
    expect(board.run(5000)).toBe('Limit')
    expect(Number(board.core.now())).toBe(5000)
    expect(board.run(5000)).toBe('Limit')
  })
})
