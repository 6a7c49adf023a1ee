/** Watchpoints: who stops the run, where it stands then, and that nothing else changes. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Machine } from '../../host/index.ts'
import { assembleImage } from '../../host/toolchain/asm/index.ts'

const source = `
_start: la s1, word
        li t0, 3
loop:   addi t0, t0, -1
        lw t1, 4(s1)
        sh t0, 2(s1)
write:  bnez t0, loop
        amoadd.w t2, t1, (s1)
amo:    j amo
        .balign 64
        .word 0
word:   .word 0, 7
        .space 64
`
const program = assembleImage(source, { base: 0x8000_0000 })

async function load(harts = 1): Promise<Machine> {
  const machine = await Machine.create({ ramBytes: 1 << 20, harts })
  await machine.load(program)
  return machine
}

const symbol = (machine: Machine, name: string) => machine.symbol(name) as number

describe('a watchpoint', () => {
  it('stops behind the instruction that writes', async () => {
    const machine = await load()
    const [word, write] = [symbol(machine, 'word'), symbol(machine, 'write')]
    expect(machine.setWatchpoint(3, word, 4, 'write')).toBe(true)
    for (const value of [2, 1, 0]) {
      const { stopReason, stop } = await machine.run({ until: 1000 })
      expect(stopReason).toBe('watchpoint')
      const watchpoint = { index: 3, address: word + 2, access: 'write', byDevice: false }
      expect(stop).toEqual({ hart: 0, pc: write, watchpoint })
      expect(machine.peek(word)[0] >>> 16).toBe(value)
    }
    expect((await machine.run({ until: 1000 })).stop).toMatchObject({ pc: symbol(machine, 'amo') })
    expect((await machine.run({ until: 1000 })).stopReason).toBe('limit')
  })

  it('stops behind the instruction that reads', async () => {
    const machine = await load()
    const word = symbol(machine, 'word')
    machine.setWatchpoint(0, word + 4, 1, 'read')
    const { stop } = await machine.run({ until: 1000 })
    expect(stop?.watchpoint).toMatchObject({ address: word + 4, access: 'read' })
    expect(machine.registers().x[6]).toBe(7)
  })

  it('does not stop for what is next to it, and not when it is gone', async () => {
    const machine = await load()
    const word = symbol(machine, 'word')
    machine.setWatchpoint(0, word - 4, 4, 'access')
    machine.setWatchpoint(1, word + 8, 4, 'access')
    machine.setWatchpoint(2, word, 4, 'access')
    expect(machine.clearWatchpoint(2)).toBe(true)
    expect(machine.clearWatchpoint(2)).toBe(false)
    expect((await machine.run({ until: 1000 })).stopReason).toBe('limit')
  })

  it('cannot be outside of RAM', async () => {
    const machine = await load()
    expect(machine.setWatchpoint(0, 0x1000_0000, 4, 'write')).toBe(false)
    expect(machine.setWatchpoint(0, 0x8010_0000 - 2, 4, 'write')).toBe(false)
    expect(machine.setWatchpoint(16, 0x8000_0000, 4, 'write')).toBe(false)
  })

  it.each([1, 4])('changes nothing on %d harts', async (harts) => {
    const [plain, watched] = [await load(harts), await load(harts)]
    watched.setWatchpoint(0, symbol(watched, 'word'), 8, 'access')
    let stops = 0
    while ((await watched.run({ until: 1000 })).stopReason === 'watchpoint') stops++
    await plain.run({ until: 1000 })
    expect(stops).toBe(7 * harts)
    expect(watched.stateHash()).toBe(plain.stateHash())
    expect(watched.instructions).toBe(plain.instructions)
  })
})

describe('a watchpoint on what a device writes', () => {
  const echo = readFileSync(new URL('../machine/frame-echo.s', import.meta.url), 'utf8')

  it('stops behind the event, and on the way back in front of it', async () => {
    const machine = await Machine.create({ ramBytes: 1 << 20, history: true })
    await machine.load(assembleImage(echo, { base: 0x8000_0000 }))
    await machine.run({ for: '10us' })
    const buffer = symbol(machine, 'buffers')
    machine.setWatchpoint(0, buffer, 1500, 'write')
    machine.network.udp({ port: 7 }).send('hello')
    const { stopReason, stop, events } = await machine.run({ for: '1ms' })
    expect(stopReason).toBe('watchpoint')
    expect(stop?.watchpoint).toMatchObject({ index: 0, access: 'write', byDevice: true })
    const written = machine.peek(buffer, 20)
    await machine.run({ for: '1ms' })
    // The guest writes there too, when it makes its answer.
    let back = await machine.runBackTo('breakpoint')
    expect(back.stop?.watchpoint?.byDevice).toBe(false)
    while (back.stop?.watchpoint?.byDevice === false) back = await machine.runBackTo('breakpoint')
    expect(back).toMatchObject({ stopReason: 'watchpoint', events: events - 1 })
    expect(machine.peek(buffer, 20)).not.toEqual(written)
    expect((await machine.run({ for: '1ms' })).stopReason).toBe('watchpoint')
    expect(machine.peek(buffer, 20)).toEqual(written)
  })
})
