import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assembleImage } from '../toolchain/asm/index.ts'
import { Machine } from './machine.ts'
import { readSections, writeSections } from './sections.ts'

const source = readFileSync(new URL('../../test/machine/frame-echo.s', import.meta.url), 'utf8')
const program = assembleImage(source, { base: 0x8000_0000 })
/** Counts in memory, prints what is typed, and holds a reservation most of the time. */
const busy = assembleImage(
  `
_start: li s0, 0x10000000
        la s1, word
        li t0, 1
        sb t0, 2(s0)
loop:   lr.w t0, (s1)
        addi t0, t0, 1
        mul t2, t0, t0
        sc.w t1, t0, (s1)
        bnez t1, loop
        lbu t0, 5(s0)
        andi t0, t0, 1
        beqz t0, loop
        lbu t0, 0(s0)
        sb t0, 0(s0)
        j loop
        .align 2
word:   .word 0
`,
  { base: 0x8000_0000 },
)

async function busyMachine(harts = 1): Promise<Machine> {
  const machine = await Machine.create({ ramBytes: 1 << 20, seed: 5, harts })
  await machine.load(busy)
  machine.console.input('once upon a time', 30_000)
  return machine
}

/** A snapshot's sections as texts, by tag. */
async function contents(machine: Machine): Promise<Record<string, string>> {
  const sections = await readSections(await machine.snapshot())
  return Object.fromEntries(
    sections.map(({ tag, bytes }) => [tag, Buffer.from(bytes).toString('latin1')]),
  )
}

describe('a snapshot', () => {
  it.each([1, 2, 4])('cuts a run of %d harts without changing it', async (harts) => {
    const whole = await busyMachine(harts)
    await whole.run({ until: 100_000 })
    let machine = await busyMachine(harts)
    for (const cycle of [1, 777, 29_999, 30_001, 31_234, 99_999]) {
      await machine.run({ until: cycle })
      const restored = await Machine.restore(await machine.snapshot())
      expect(restored.stateHash()).toBe(machine.stateHash())
      machine = restored
    }
    await machine.run({ until: 100_000 })
    expect(machine.stateHash()).toBe(whole.stateHash())
    expect(machine.instructions).toBe(whole.instructions)
  })

  it('is the same bytes for the same state, however it was reached', async () => {
    const direct = await busyMachine()
    await direct.run({ until: 50_000 })
    const first = await busyMachine()
    await first.run({ until: 20_000 })
    const second = await Machine.restore(await first.snapshot(), { program: busy })
    await second.run({ until: 50_000 })
    expect(await contents(second)).toEqual(await contents(direct))
  })

  it('keeps frames on their way', async () => {
    const machine = await Machine.create({ ramBytes: 1 << 20, link: { delay: '20us' } })
    await machine.load(program)
    await machine.run({ for: '10us' })
    machine.network.udp({ port: 7 }).send('hello')
    await machine.run({ for: '5us' })
    const restored = await Machine.restore(await machine.snapshot())
    await restored.run({ for: '1ms' })
    expect(restored.counters()).toMatchObject({ framesReceived: 1, framesTransmitted: 1 })
  })

  it('keeps the end of a run', async () => {
    const machine = await Machine.create({ ramBytes: 1 << 20 })
    const end = 'li t0, 0x100000\n li t1, 0x5555\n sw t1, 0(t0)\n'
    await machine.load(assembleImage(end, { base: 0x8000_0000 }))
    const report = await machine.run()
    const restored = await Machine.restore(await machine.snapshot())
    expect(await restored.run()).toEqual(report)
  })

  it('gives names back with the program', async () => {
    const machine = await busyMachine()
    const restored = await Machine.restore(await machine.snapshot(), { program: busy })
    expect(restored.symbol('word')).toBe(machine.symbol('word'))
  })

  it('is refused while the machine runs', async () => {
    const machine = await busyMachine()
    const run = machine.run({ until: '1ms' })
    await expect(machine.snapshot()).rejects.toThrow('the machine is running')
    await run
  })
})

describe('a snapshot file', () => {
  const file = async () => (await busyMachine()).snapshot()

  it('with a section that may be skipped is read all the same', async () => {
    const sections = await readSections(await file())
    const extra = { tag: 'NEWS', bytes: new Uint8Array(3), optional: true }
    const machine = await Machine.restore(await writeSections([...sections, extra]))
    expect(machine.cycles).toBe(0)
  })

  it('that is damaged anywhere is refused with a reason', async () => {
    const good = await file()
    for (let at = 0; at < good.length; at += Math.ceil(good.length / 40)) {
      const broken = good.slice()
      broken[at] ^= 0x55
      await expect(Machine.restore(broken)).rejects.toThrow(/snapshot|format/)
      await expect(Machine.restore(good.subarray(0, at))).rejects.toThrow(/snapshot/)
    }
  })

  it.each([
    ['HEAD', '{}', 'section "HEAD" lacks a field'],
    ['HEAD', '7', 'section "HEAD" is not readable'],
    ['WAIT', '{"inputs":[{"kind":"frame"}],"keyboard":{}}', 'section "WAIT" lacks a field'],
    ['HART', 'x', 'section "HART" has 1 bytes, this core'],
    ['RAM ', 'x', 'section "RAM " ends within a page'],
    ['NEWS', 'x', 'section "NEWS" is unknown'],
  ])('whose section %s is %s is refused', async (tag, text, message) => {
    const sections = (await readSections(await file())).filter((section) => section.tag !== tag)
    const changed = { tag, bytes: new TextEncoder().encode(text) }
    await expect(Machine.restore(await writeSections([...sections, changed]))).rejects.toThrow(
      message,
    )
  })

  it('with another state than it claims is refused', async () => {
    const sections = await readSections(await file())
    const ram = sections.find(({ tag }) => tag === 'RAM ')
    ram?.bytes.fill(7, 4, 8)
    await expect(Machine.restore(await writeSections(sections))).rejects.toThrow(
      'the state is not the one that was saved',
    )
  })
})
