import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assembleImage } from '../../toolchain/asm/index.ts'
import { Machine } from '../machine.ts'

const source = readFileSync(new URL('../../../test/machine/busy.s', import.meta.url), 'utf8')
const program = assembleImage(source, { base: 0x8000_0000 })

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
    for (let i = 0; i < 120; i++) {
      const { stopReason, stop } = await machine.step(1, { hart })
      expect(stopReason).toBe('step')
      expect(stop?.hart).toBe(hart)
      places.push(view(machine))
    }
    for (let i = 119; i > 0; i--) {
      await machine.stepBack(1, { hart })
      expect(view(machine)).toEqual(places[i])
    }
    await machine.step(100, { hart })
    expect(view(machine)).toEqual(places[101])
    await machine.stepBack(50, { hart })
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

describe('going back', () => {
  it('stops in front of the instruction that wrote', async () => {
    const machine = await busyMachine()
    const word = machine.symbol('word') as number
    await machine.run({ until: 50_000 })
    const count = machine.peek(word)[0]
    machine.setWatchpoint(0, word, 4, 'write')
    const { stopReason, stop } = await machine.runBackTo('breakpoint')
    expect(stopReason).toBe('watchpoint')
    expect(machine.peek(word)).toEqual([count - 1])
    expect(stop).toMatchObject({
      hart: 0,
      pc: machine.registers().pc,
      watchpoint: { address: word },
    })
    await machine.step()
    expect(machine.peek(word)).toEqual([count])
    await machine.runBackTo('breakpoint')
    await machine.runBackTo('breakpoint')
    expect(machine.peek(word)).toEqual([count - 2])
  })

  it('finds the last of many breakpoints, and one that is far away', async () => {
    const machine = await busyMachine()
    await machine.run({ until: 3_000_000 })
    const { instructions } = machine
    machine.setBreakpoint(machine.symbol('loop') as number)
    await machine.runBackTo('breakpoint')
    expect(instructions - machine.instructions).toBeLessThan(20)
    machine.clearBreakpoint(machine.symbol('loop') as number)
    machine.setBreakpoint(machine.symbol('arm') as number)
    machine.setBreakpoint(machine.images[0].entry + 4)
    for (let i = 0; i < 3; i++)
      expect((await machine.runBackTo('breakpoint')).stopReason).toBe('breakpoint')
    machine.clearBreakpoint(machine.symbol('arm') as number)
    await machine.runBackTo('breakpoint')
    expect(machine.registers().pc).toBe(machine.images[0].entry + 4)
    expect((await machine.runBackTo('breakpoint')).stopReason).toBe('start')
    expect(machine.cycles).toBe(0)
  })

  it('finds events and inputs', async () => {
    const machine = await busyMachine()
    machine.console.input('later', 60_000)
    await machine.run({ until: 70_000 })
    await machine.runBackTo('input')
    expect(machine.cycles).toBe(60_000)
    await machine.runBackTo('input')
    expect(machine.cycles).toBe(30_000)
    await machine.run({ until: 50_000 })
    const { events } = await machine.runBackTo('event')
    expect((await machine.runBackTo('event')).events).toBe(events - 1)
  })

  it('repeats what the host has changed between two instructions', async () => {
    const machine = await busyMachine(4)
    await machine.run({ until: 40_000 })
    await machine.step(3, { hart: 2 })
    machine.setRegister(2, 9, machine.symbol('table') as number)
    machine.poke(machine.symbol('word') as number, [1000])
    const changed = view(machine)
    await machine.run({ until: 60_000 })
    const last = view(machine)
    await machine.stepBack(1, { hart: 2 })
    await machine.runBackTo(20_000)
    await machine.run({ until: 60_000 })
    expect(view(machine)).toEqual(last)
    await machine.runBackTo(59_000)
    await machine.runBackTo(39_000)
    await machine.run({ until: 60_000 })
    expect(view(machine)).toEqual(last)
    expect(changed).not.toEqual(last)
  })

  it('comes to the guest’s end again', async () => {
    const machine = await Machine.create({ ramBytes: 1 << 20, history: true })
    const source = 'li t2, 9\n li t0, 0x100000\n li t1, 0x5555\n sw t1, 0(t0)\n'
    await machine.load(assembleImage(source, { base: 0x8000_0000 }))
    const report = await machine.run()
    expect(machine.ended).toBe(true)
    await machine.stepBack()
    expect(machine.ended).toBe(false)
    expect(machine.registers().x[6]).toBe(0x5555)
    expect(await machine.run()).toEqual(report)
    expect(machine.ended).toBe(true)
  })
})

describe('a history', () => {
  it('keeps to its budget, and its beginning moves', async () => {
    const machine = await busyMachine(1, { budgetBytes: 2 << 20 })
    for (let i = 0; i < 20; i++) await machine.run({ for: '8ms' })
    const { oldest, present, keys, bytes } = machine.history!
    expect(bytes).toBeLessThan(2 << 20)
    expect(keys).toBeLessThan(30)
    expect(present).toBe(160_000_000)
    await machine.runBackTo(oldest + 1_000_000)
    expect(machine.cycles).toBe(oldest + 1_000_000)
  })

  it('cannot be changed', async () => {
    const machine = await busyMachine()
    await machine.run({ until: 1000 })
    await machine.stepBack()
    expect(() => machine.poke(0x8000_0000, [0])).toThrow('the machine stands in its past')
    expect(() => machine.setRegister(0, 5, 1)).toThrow('the machine stands in its past')
    await expect(machine.runBackTo(5000)).rejects.toThrow('cycle 5000 is not in the past')
  })

  it('must be asked for', async () => {
    const machine = await busyMachine(1, false)
    await machine.run({ until: 1000 })
    await expect(async () => machine.stepBack()).rejects.toThrow('the machine keeps no history')
    machine.keepHistory()
    await expect(machine.stepBack()).rejects.toThrow('there is no past yet')
    await machine.run({ until: 2000 })
    expect((await machine.runBackTo(0)).stopReason).toBe('start')
    expect(machine.cycles).toBe(1000)
    expect(() => machine.keepHistory()).toThrow('the machine stands in its past')
  })
})
