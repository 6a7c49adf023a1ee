import { describe, expect, it } from 'vitest'
import { assembleImage } from '../../toolchain/asm/index.ts'
import { Machine } from '../machine.ts'

/** Each hart counts in memory under a lock, traps now and then, and takes timer interrupts; hart 0 prints what is typed. */
export const busySource = `
        .equ uart, 0x10000000
        .equ clint, 0x2000000
_start: csrr s3, mhartid
        la t0, trap
        csrw mtvec, t0
        la s1, word
        la s2, table
        slli t0, s3, 8
        add s2, s2, t0
        la sp, stacks
        slli t0, s3, 6
        add sp, sp, t0
        li t0, 0x80
        csrw mie, t0
        call arm
        csrsi mstatus, 8
loop:   lr.w t0, (s1)
        addi t0, t0, 1
        sc.w t1, t0, (s1)
        bnez t1, loop
        mul t2, t0, t0
        andi t1, t0, 0xfc
        add t1, t1, s2
        sw t2, (t1)
        andi t1, t0, 63
        bnez t1, 1f
        ecall
1:      bnez s3, loop
        li s0, uart
        lbu t0, 5(s0)
        andi t0, t0, 1
        beqz t0, loop
        lbu t0, 0(s0)
        sb t0, 0(s0)
        j loop
arm:    li t0, clint + 0xbff8
        lw t1, (t0)
        addi t1, t1, 30
        li t0, clint + 0x4000
        slli t2, s3, 3
        add t0, t0, t2
        sw t1, (t0)
        sw zero, 4(t0)
        ret
        .align 2
trap:   sw t0, 0(sp)
        sw t1, 4(sp)
        sw t2, 8(sp)
        sw ra, 12(sp)
        csrr t0, mcause
        bltz t0, timer
        csrr t0, mepc
        addi t0, t0, 4
        csrw mepc, t0
        j leave
timer:  call arm
leave:  lw t0, 0(sp)
        lw t1, 4(sp)
        lw t2, 8(sp)
        lw ra, 12(sp)
        mret
        .align 2
word:   .word 0
stacks: .space 512
table:  .space 2048
`
const program = assembleImage(busySource, { base: 0x8000_0000 })

async function busyMachine(harts = 1, history: boolean | { budgetBytes: number } = true) {
  const machine = await Machine.create({ ramBytes: 1 << 20, seed: 5, harts, history })
  await machine.load(program)
  machine.console.input('once upon a time there was a machine', 30_000)
  return machine
}

/** What a debugger sees of a place. */
function view(machine: Machine): object {
  const harts = machine.configuration.harts
  return {
    hash: machine.stateHash(),
    cycles: machine.cycles,
    instructions: machine.instructions,
    harts: Array.from({ length: harts }, (_, hart) => machine.registers(hart)),
    counters: { ...machine.counters(), pageDecodes: 0, pageInvalidations: 0 },
  }
}

describe.each([1, 4])('steps of a machine of %d harts', (harts) => {
  it('are undone one by one, to the same places', async () => {
    const machine = await busyMachine(harts)
    await machine.run({ until: 40_000 })
    const places = [view(machine)]
    const hart = harts - 1
    for (let i = 0; i < 300; i++) {
      const { stopReason, stop } = await machine.step(1, { hart })
      expect(stopReason).toBe('step')
      expect(stop?.hart).toBe(hart)
      places.push(view(machine))
    }
    for (let i = 299; i > 0; i--) {
      await machine.stepBack(1, { hart })
      expect(view(machine)).toEqual(places[i])
    }
    await machine.step(150, { hart })
    expect(view(machine)).toEqual(places[151])
    await machine.stepBack(100, { hart })
    expect(view(machine)).toEqual(places[51])
  })

  it('change nothing', async () => {
    const [stepped, straight] = [await busyMachine(harts), await busyMachine(harts, false)]
    await stepped.run({ until: 30_000 })
    for (let i = 0; i < 200; i++) await stepped.step(1 + (i % 7), { hart: i % harts })
    await stepped.run({ until: 60_000 })
    await straight.run({ until: 60_000 })
    expect(view(stepped)).toEqual(view(straight))
  })
})

describe.each([1, 4])('a machine of %d harts in its past', (harts) => {
  it('is the machine that it was at a cycle', async () => {
    const cycles = [1, 777, 29_999, 30_000, 30_001, 31_234, 99_999]
    const straight = await busyMachine(harts, false)
    const views: object[] = []
    for (const cycle of cycles) {
      await straight.run({ until: cycle })
      views.push(view(straight))
    }
    const machine = await busyMachine(harts)
    await machine.run({ until: 100_000 })
    const last = view(machine)
    for (const i of [6, 3, 2, 1, 0]) {
      expect((await machine.runBackTo(cycles[i])).stopReason).toBe('limit')
      expect(view(machine)).toEqual(views[i])
      expect(machine.inPast).toBe(true)
    }
    await machine.run({ until: cycles[5] })
    expect(view(machine)).toEqual(views[5])
    await machine.run({ until: 100_000 })
    expect(view(machine)).toEqual(last)
    expect(machine.inPast).toBe(false)
  })

  it('goes back to breakpoints and writes', async () => {
    const machine = await busyMachine(harts)
    const trap = machine.symbol('trap') as number
    machine.setBreakpoint(trap)
    const places: object[] = []
    for (let i = 0; i < 12; i++) {
      const { stopReason } = await machine.run({ until: 1_000_000 })
      expect(stopReason).toBe('breakpoint')
      places.push(view(machine))
      await machine.step()
      for (let hart = 0; hart < harts; hart++) {
        if (machine.registers(hart).pc === trap) await machine.step(1, { hart })
      }
    }
    expect(places.length).toBe(12)
    await machine.runBackTo('breakpoint')
    const backwards = [view(machine)]
    while ((await machine.runBackTo('breakpoint')).stopReason === 'breakpoint')
      backwards.push(view(machine))
    expect(backwards.length).toBeGreaterThanOrEqual(12)
    for (const place of places) expect(backwards).toContainEqual(place)
  })
})
