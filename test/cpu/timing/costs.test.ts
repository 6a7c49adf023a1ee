/** Cycles of single instructions, measured by the guest: between two reads of mcycle there is one instruction (or a few). */
import { expect, test } from 'vitest'
import { Board, finish } from '../board.ts'

/** Cycles between the two reads, without the first read itself. */
async function cyclesOf(body: string, profile: string, compressed = false): Promise<number> {
  const board = await Board.with(
    `
    la t0, area
    la t1, trap
    csrw mtvec, t1
    li t1, -7
    li t2, 3
    li t3, 0x1800
    csrw mstatus, t3
    li t3, 0
    .balign 4
    csrr s0, mcycle
    ${body}
    csrr s1, mcycle
    ${finish}
    .balign 4
  trap:
    csrr s1, mcycle
    ${finish}
    .data
    .balign 16
  area: .zero 64
  `,
    { profile, compressed },
  )
  expect(board.run()).toBe('Exit')
  return board.x(9) - board.x(8) - 1
}

const rows: [body: string, ibex: number, hazard3: number][] = [
  ['add t4, t1, t2', 1, 1],
  ['lui t4, 5', 1, 1],
  ['auipc t4, 5', 1, 1],
  ['fence', 1, 1],
  ['csrr t4, mcause', 1, 1],
  ['csrw mscratch, t1', 1, 1],
  ['csrw mepc, t1', 1, 1],
  ['csrw mcause, t1', 3, 1],
  ['csrrs t4, mcause, x0', 1, 1],
  ['csrrsi t4, mcause, 0', 1, 1],
  ['csrrsi t4, mcause, 1', 3, 1],
  ['lw t4, 0(t0)', 2, 1],
  ['lb t4, 3(t0)', 2, 1],
  ['lh t4, 1(t0)', 2, 1],
  ['lh t4, 3(t0)', 3, 2],
  ['lw t4, 1(t0)', 3, 2],
  ['sw t4, 0(t0)', 2, 1],
  ['sh t4, 3(t0)', 3, 2],
  ['sw t4, 2(t0)', 3, 2],
  ['mul t4, t1, t2', 3, 1],
  ['mulh t4, t1, t2', 4, 1],
  ['mulhsu t4, t1, t2', 4, 1],
  ['mulhu t4, t1, t2', 4, 1],
  ['div t4, t2, t2', 37, 19],
  ['div t4, t1, t2', 37, 20],
  ['divu t4, t1, t2', 37, 19],
  ['rem t4, t1, t2', 37, 20],
  ['remu t4, t1, t2', 37, 19],
  ['div t4, t2, t3', 2, 19],
  ['remu t4, t1, t3', 2, 19],
  ['sh1add t4, t1, t2', 1, 1],
  ['clz t4, t1', 1, 1],
  ['bext t4, t1, t2', 1, 1],
  ['rol t4, t1, t2', 2, 1],
  ['ror t4, t1, t2', 2, 1],
  ['rori t4, t1, 7', 2, 1],
  ['j 2f\n2:', 2, 2],
  ['la t4, 2f\n jr t4\n2:', 4, 4],
  ['beq t1, t2, 2f\n2:', 1, 1],
  ['bne t1, t2, 2f\n2:', 3, 2],
  ['fence.i', 2, 2],
  ['ecall', 3, 3],
  ['ebreak', 3, 3],
  ['.word 0xffffffff', 3, 3],
  ['la t4, 2f\n csrw mepc, t4\n mret\n2:', 6, 6],
  ['amoadd.w t4, t1, (t0)', 4, 4],
  ['lr.w t4, (t0)', 1, 1],
  ['lr.w t4, (t0)\n add t4, t4, t4', 3, 3],
  ['lr.w t4, (t0)\n sc.w t4, t1, (t0)', 3, 3],
  ['sc.w t4, t1, (t0)\n add t4, t4, t1', 3, 3],
]

test.each(rows)('%s takes %i cycles on ibex-small, %i on hazard3', async (body, ibex, hazard3) => {
  expect(await cyclesOf(body, 'ibex-small')).toBe(ibex)
  expect(await cyclesOf(body, 'hazard3')).toBe(hazard3)
})

// In these, j is 16 bits wide, and bne, beq and lui of a large constant are 32.
const targets: [name: string, body: string, cycles: number][] = [
  ['a jump to an aligned 32-bit instruction', 'j 2f\n c.nop\n2: lui t4, 0x12345', 3],
  ['a jump to a misaligned 32-bit instruction', 'j 2f\n2: lui t4, 0x12345\n c.nop', 5],
  ['a jump to a misaligned 16-bit instruction', 'j 2f\n2: c.nop', 3],
  ['a taken branch to one', 'bne t1, t2, 2f\n c.nop\n2: lui t4, 0x12345\n c.nop', 6],
  ['a branch not taken before one', 'c.nop\n beq t1, t2, 2f\n2: lui t4, 0x12345\n c.nop', 4],
  ['falling through to one', 'c.nop\n lui t4, 0x12345\n c.nop', 3],
]

test.each(targets)('%s', async (_, body, cycles) => {
  expect(await cyclesOf(body, 'ibex-small', true)).toBe(cycles)
})

const loadUse: [body: string, cycles: number][] = [
  ['lw t4, 0(t0)\n add t3, t4, t4', 3],
  ['lw t4, 0(t0)\n add t3, t1, t2', 2],
  ['lw t4, 0(t0)\n sw t4, 4(t0)', 2],
  ['lw t4, 0(t0)\n nop\n add t3, t4, t4', 3],
  ['la t4, area\n sw t4, 0(t0)\n lw t4, 0(t0)\n sw t1, 4(t4)', 6],
  ['lw t4, 0(t0)\n beqz t4, 2f\n2:', 4],
  ['lw x0, 0(t0)\n add t3, x0, x0', 2],
]

test.each(loadUse)('hazard3 waits for a loaded register: %s', async (body, cycles) => {
  expect(await cyclesOf(body, 'hazard3')).toBe(cycles)
})

/** A loop of four instructions that begins `offset` bytes into a page, after a jump over what lies before. */
const loopAt = (offset: number) => `
  li t4, 100
  j 2f
  .balign 4096
  .zero ${offset}
2: addi t4, t4, -1
  addi t1, t1, 3
  xor t2, t1, t4
  bnez t4, 2b
`

test.each([4, 8, 12])(
  'a loop across two pages, %i bytes in the first, costs what it costs inside one',
  async (bytes) => {
    const inside = await cyclesOf(loopAt(64), 'ibex-small')
    expect(inside).toBe(1 + 2 + 100 * 6 - 2)
    expect(await cyclesOf(loopAt(4096 - bytes), 'ibex-small')).toBe(inside)
  },
)
