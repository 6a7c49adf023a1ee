/** Traps: cause, value, pc and status for each kind; vectored mode; modes; what ends a run. */
import { expect, test } from 'vitest'
import { Board, finish } from './board.ts'

/** Runs a body with a handler that keeps mcause, mtval, mepc and mstatus in s0 to s3 and ends. */
async function trapOf(body: string, options = {}) {
  const board = await Board.with(
    `
    la t0, handler
    csrw mtvec, t0
    li t0, 0x1800
    csrw mstatus, t0
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    la a1, area
    ${body}
    .balign 4
  handler:
    csrr s0, mcause
    csrr s1, mtval
    csrr s2, mepc
    csrr s3, mstatus
    ${finish}
    .data
    .balign 16
  area: .zero 64
  `,
    options,
  )
  expect(board.run()).toBe('Exit')
  const here = board.symbols.get('here') ?? 0
  return { cause: board.x(8), value: board.x(9), at: board.x(18) - here, board }
}

const user = `
  la t0, 1f
  csrw mepc, t0
  csrw mstatus, x0
  mret
1:
`

test.each([
  ['an illegal word', 'here: .word 0xffffffff', 2, 0xffff_ffff],
  ['an illegal halfword', 'here: .half 0', 2, 0],
  ['ebreak', 'here: ebreak', 3, 0],
  ['c.ebreak', 'here: c.ebreak', 3, 0],
  ['ecall from M', 'here: ecall', 11, 0],
  ['ecall from U', `${user} here: ecall`, 8, 0],
  ['mret in U', `${user} here: mret`, 2, 0x3020_0073],
  ['a CSR of M in U', `${user} here: csrr t0, mstatus`, 2, 0x3000_22f3],
  ['a CSR that is not there', 'here: csrr t0, 0x7c0', 2, 0x7c00_22f3],
  ['a write to a read-only CSR', 'here: csrw mhartid, t0', 2, 0xf142_9073],
  [
    'setting no bits of a read-only CSR by a register',
    'here: csrrs x0, mhartid, t0',
    2,
    0xf142_a073,
  ],
  ['cycle in U without mcounteren', `${user} here: rdcycle t0`, 2, 0xc000_22f3],
  ['a load where nothing is', 'li t1, 0x18000004\n here: lw t0, 4(t1)', 5, 0x1800_0008],
  ['a store where nothing is', 'li t1, 0x18000004\n here: sw t0, 4(t1)', 7, 0x1800_0008],
  ['a load of a register that is not there', 'li t1, 0x100008\n here: lw t0, 0(t1)', 5, 0x10_0008],
  ['a byte load from a word register', 'li t1, 0x2000000\n here: lb t0, 0(t1)', 5, 0x200_0000],
  ['an AMO where nothing is', 'li t1, 0x18000000\n here: amoadd.w t0, t0, (t1)', 7, 0x1800_0000],
  ['lr where nothing is', 'li t1, 0x18000000\n here: lr.w t0, (t1)', 5, 0x1800_0000],
  ['sc to a device', 'li t1, 0x2000000\n here: sc.w t0, t0, (t1)', 7, 0x200_0000],
  ['a misaligned AMO', 'addi t1, a1, 2\n here: amoadd.w t0, t0, (t1)', 6, undefined],
  ['a misaligned lr', 'addi t1, a1, 2\n here: lr.w t0, (t1)', 4, undefined],
  ['a misaligned load from a device', 'li t1, 0x2000002\n here: lw t0, 0(t1)', 4, 0x200_0002],
  ['a load of address 0', 'here: lw t0, 0(x0)', 5, 0],
  ['a load across the end of RAM', 'li t1, 0x800ffffe\n here: lw t0, 0(t1)', 5, 0x800f_fffe],
])('%s', async (_, body, cause, value) => {
  const trap = await trapOf(body)
  expect({ cause: trap.cause, at: trap.at }).toEqual({ cause, at: 0 })
  if (value !== undefined) expect(trap.value).toBe(value)
})

test.each([
  ['a jump where nothing is', 'li t1, 0x18000000\n jr t1', 1, 0x1800_0000, 0x1800_0000],
  ['a jump into a device', 'li t1, 0x2000000\n jr t1', 1, 0x200_0000, 0x200_0000],
  [
    'running off the end of RAM',
    'li t1, 0x800ffffc\n li t2, 0x13\n sw t2, 0(t1)\n jr t1',
    1,
    0x8010_0000,
    0x8010_0000,
  ],
  [
    'an instruction half in RAM',
    'li t1, 0x800ffffe\n li t2, 0x13\n sh t2, 0(t1)\n jr t1',
    1,
    0x8010_0000,
    0x800f_fffe,
  ],
])('%s', async (_, body, cause, value, pc) => {
  const trap = await trapOf(body)
  expect([trap.cause, trap.value, trap.at]).toEqual([cause, value, pc])
})

test('a trap keeps the mode and the interrupt enable, mret restores them', async () => {
  const { board } = await trapOf(`csrsi mstatus, 8\n ecall`)
  expect(board.x(19)).toBe(0x1880)
  const fromUser = await trapOf(`${user} ecall`)
  // mret had set MPIE, and it goes to MIE, and back to MPIE by the trap.
  expect(fromUser.board.x(19)).toBe(0x0000)
})

test('misaligned loads and stores are done, or trap when so configured', async () => {
  const body = `
    li t0, 0x11223344
    sw t0, 1(a1)
    lw t1, 1(a1)
    here: lh t2, 2(a1)
    lh t2, 3(a1)
    ecall`
  const done = await trapOf(body)
  expect([done.cause, done.board.x(6), done.board.x(7)]).toEqual([11, 0x1122_3344, 0x1122])
  const traps = await trapOf(body, { trapMisaligned: true })
  expect([traps.cause, traps.value & 15]).toEqual([6, 1])
})

test('vectored mode: interrupts go to their own entries, exceptions to the first', async () => {
  const board = await Board.with(`
    la t0, table + 1
    csrw mtvec, t0
    li t0, 0x2000000
    li t1, 1
    sw t1, 0(t0)
    li t0, 8
    csrw mie, t0
    csrsi mstatus, 8
    j .
    .balign 64
  table:
    j exception
    .zero 8
    j software
  exception:
    li s0, 1
    ${finish}
  software:
    csrr s1, mcause
    ecall
  `)
  expect(board.run()).toBe('Exit')
  expect([board.x(8), board.x(9)]).toEqual([1, 0x8000_0003])
})

test('external goes before software goes before timer', async () => {
  const board = await Board.with(`
    la t0, handler
    csrw mtvec, t0
    li t0, 0x2000000
    li t1, 1
    sw t1, 0(t0)
    li t0, 0x2004000
    sw x0, 0(t0)
    sw x0, 4(t0)
    li t0, 0x0c000000
    li t1, 1
    sw t1, 40(t0)
    li t2, 0x0c002000
    li t1, 0x400
    sw t1, 0(t2)
    li t0, 0x10000001
    li t1, 2
    sb t1, 0(t0)
    la s1, causes
    li t0, 0x888
    csrw mie, t0
    csrsi mstatus, 8
    j .
    .balign 4
  handler:
    csrr t0, mcause
    sw t0, 0(s1)
    addi s1, s1, 4
    andi t0, t0, 31
    li t1, 1
    sll t1, t1, t0
    csrc mie, t1
    csrr t1, mie
    bnez t1, 2f
    ${finish}
  2: mret
    .data
  causes: .zero 16
  `)
  expect(board.run()).toBe('Exit')
  expect(board.words('causes', 3)).toEqual([0x8000_000b, 0x8000_0003, 0x8000_0007])
})

test('a trap without a handler stops the run and says where', async () => {
  const board = await Board.with('nop\n here: lw t0, 0(x0)')
  expect(board.run()).toBe('Fault')
  const details = [board.core.stopCode(), board.core.stopAddress() >>> 0, board.core.stopValue()]
  expect(details).toEqual([5, board.address('here'), 0])
})

test('a handler that only traps again stops the run', async () => {
  const board = await Board.with(`
    la t0, handler
    csrw mtvec, t0
    ecall
    .balign 4
  handler: .word 0xffffffff`)
  expect(board.run()).toBe('Fault')
  expect(board.core.stopCode()).toBe(2)
  const nowhere = await Board.with('li t0, 0x18000000\n csrw mtvec, t0\n ecall')
  expect(nowhere.run()).toBe('Fault')
  expect([nowhere.core.stopCode(), nowhere.core.stopAddress() >>> 0]).toEqual([1, 0x1800_0000])
})

test('wfi in U is allowed unless mstatus.TW is set', async () => {
  const forbidden = `
    la t0, here
    csrw mepc, t0
    li t0, 0x200000
    csrw mstatus, t0
    mret
    here: wfi`
  expect((await trapOf(forbidden)).cause).toBe(2)
})

test('WARL fields keep what the machine has', async () => {
  const board = await Board.with(`
    li t0, -1
    csrw mstatus, t0
    csrr s0, mstatus
    csrw mie, t0
    csrr s1, mie
    csrw mepc, t0
    csrr s2, mepc
    csrw mip, t0
    csrr s3, mip
    csrw misa, x0
    csrr s4, misa
    csrw mcounteren, t0
    csrr s5, mcounteren
    li t1, 0x80001000
    csrw mtvec, t1
    csrw mtvec, t0
    csrr s6, mtvec
    csrw mtvec, x0
    li t0, 0x800
    csrw mstatus, t0
    csrr s7, mstatus
    ${finish}`)
  expect(board.run()).toBe('Exit')
  const values = [8, 9, 18, 19, 20, 21, 22, 23].map((n) => board.x(n))
  expect(values).toEqual([0x0022_1888, 0x888, 0xffff_fffe, 0, 0x4010_1105, 7, 0x8000_1000, 0x1800])
})

test('debug triggers are there and are none, as programs that look for them expect', async () => {
  const board = await Board.with(`
    li t0, 0x80000000
    csrw tselect, t0
    csrr s0, tselect
    csrw tdata2, t0
    csrw tdata1, t0
    csrr s1, tdata1
    ${finish}`)
  expect(board.run()).toBe('Exit')
  expect([board.x(8), board.x(9)]).toEqual([0, 0])
})

test('a write to a half of minstret is what the next instruction reads', async () => {
  const board = await Board.with(`
    csrwi minstret, 0
    csrr s0, minstret
    li t0, -1
    csrw minstret, t0
    csrw minstreth, t0
    nop
    csrr s1, minstret
    csrr s2, minstreth
    ${finish}`)
  expect(board.run()).toBe('Exit')
  expect([board.x(8), board.x(9), board.x(18)]).toEqual([0, 0, 0])
})
