import { describe, expect, it } from 'vitest'
import { assembleImage } from '../toolchain/asm/index.ts'
import { Machine } from './machine.ts'
import type { MachineOptions } from './options.ts'
import { parseRecording, Recorder } from './recording.ts'
import { replay } from './replay.ts'

const prelude = `
  .equ UART, 0x10000000
  .equ FINISHER, 0x00100000
`
const exit = (code: number) => `
  li t0, FINISHER
  li t1, ${code === 0 ? 0x5555 : (code << 16) | 0x3333}
  sw t1, 0(t0)
1: j 1b
`
const hello = `
_start:
  la a1, text
  li a2, UART
next:
  lbu a0, 0(a1)
  beqz a0, done
  sb a0, 0(a2)
  addi a1, a1, 1
  j next
done:
${exit(0)}
text: .asciz "hello\\n"
`
const forever = '_start: addi a1, a1, 1\n j _start\n'
const asleep = '_start: wfi\n j _start\n'
/** Echoes what is typed, ends at a q. */
const typist = `
_start:
  li s0, UART
wait:
  lbu t0, 5(s0)
  andi t0, t0, 1
  beqz t0, wait
  lbu a0, 0(s0)
  sb a0, 0(s0)
  li t1, 'q'
  bne a0, t1, wait
${exit(0)}
`

async function machineWith(source: string, options: MachineOptions = {}): Promise<Machine> {
  const machine = await Machine.create({ ramBytes: 1 << 20, ...options })
  await machine.load(assembleImage(prelude + source, { base: 0x8000_0000 }))
  return machine
}

describe('a run', () => {
  it('ends when the guest exits, with what it wrote and its code', async () => {
    const machine = await machineWith(hello)
    const report = await machine.run()
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
    expect(machine.console.text).toBe('hello\n')
    expect(report.instructions).toBe(machine.instructions)
    expect(report.cycles).toBeGreaterThanOrEqual(report.instructions)
    expect(await machine.run()).toBe(report)
  })

  it('reports another exit code', async () => {
    const machine = await machineWith(`_start:${exit(7)}`)
    expect(await machine.run()).toMatchObject({ stopReason: 'exit', exitCode: 7 })
  })

  it('ends at the given cycle, and goes on from there', async () => {
    const machine = await machineWith(forever, { timing: 'unit' })
    expect(await machine.run({ until: 1000 })).toMatchObject({ stopReason: 'limit', cycles: 1000 })
    expect(await machine.run({ until: '3us' })).toMatchObject({ cycles: 3000 })
    expect(await machine.run({ for: '5cy' })).toMatchObject({ cycles: 3005, instructions: 3005 })
  })

  it('in pieces is the same run', async () => {
    const [whole, pieces] = [await machineWith(forever), await machineWith(forever)]
    await whole.run({ until: 10_000 })
    for (let cycle = 0; cycle <= 10_000; cycle += 7) await pieces.run({ until: cycle })
    await pieces.run({ until: 10_000 })
    expect(pieces.stateHash()).toBe(whole.stateHash())
    expect(pieces.instructions).toBe(whole.instructions)
  })

  it('ends when nothing is left to happen', async () => {
    const machine = await machineWith(asleep)
    expect(await machine.run({ until: '1s' })).toMatchObject({ stopReason: 'idle' })
  })

  it('ends at a text on the console', async () => {
    const machine = await machineWith(typist)
    machine.console.input('abc')
    expect(await machine.run({ until: { text: 'bc' } })).toMatchObject({ stopReason: 'text' })
    expect(machine.console.text).toBe('abc')
  })

  it('ends when a condition holds', async () => {
    const machine = await machineWith(typist)
    const heard: string[] = []
    machine.console.listen((text) => heard.push(text))
    machine.console.input('x', 20_000)
    machine.timeline.add(100_000, () => {})
    const until = () => heard.length > 0 && machine.timeline.now >= 100_000
    expect(await machine.run({ until })).toMatchObject({ stopReason: 'condition' })
    expect(machine.cycles).toBeGreaterThanOrEqual(100_000)
    expect(machine.cycles).toBeLessThan(100_100)
  })

  it('ends when the signal is given', async () => {
    const machine = await machineWith(forever)
    const controller = new AbortController()
    const run = machine.run({ signal: controller.signal })
    controller.abort()
    expect(await run).toMatchObject({ stopReason: 'aborted' })
  })

  it('is refused while another is under way', async () => {
    const machine = await machineWith(forever)
    const run = machine.run({ until: '10ms' })
    await expect(machine.run()).rejects.toThrow('running already')
    await run
  })
})

describe('a fault without a handler', () => {
  it('ends the run with cause, place and value', async () => {
    const machine = await machineWith('_start: nop\nreader: lw a0, 4(zero)\n')
    const report = await machine.run()
    expect(report).toMatchObject({
      stopReason: 'fault',
      fault: { cause: 5, pc: 0x8000_0004, value: 4 },
    })
    expect(report.fault?.message).toMatch(
      /^load refused \(mtval 0x00000004\) at 0x80000004 in reader/,
    )
  })
})

describe('two machines', () => {
  it('do not know of each other', async () => {
    const [first, second] = [await machineWith(hello), await machineWith(typist)]
    second.console.input('q')
    await Promise.all([first.run(), second.run()])
    expect(first.console.text).toBe('hello\n')
    expect(second.console.text).toBe('q')
  })

  it('with the same program end in the same state, with another in another', async () => {
    const hashes = await Promise.all(
      [hello, hello, typist].map(async (source) => {
        const machine = await machineWith(source)
        await machine.run({ until: '10us' })
        return machine.stateHash()
      }),
    )
    expect(hashes[0]).toMatch(/^[0-9a-f]{16}$/)
    expect(hashes[1]).toBe(hashes[0])
    expect(hashes[2]).not.toBe(hashes[0])
  })
})

describe('the host sees', () => {
  it('registers, memory, symbols and counters', async () => {
    const machine = await machineWith(`
_start:
  la a1, word
  lw a2, 0(a1)
  addi a2, a2, 1
  sw a2, 4(a1)
${exit(0)}
  .align 2
word: .word 41, 0
`)
    const word = machine.symbol('word') as number
    expect(machine.peek(word, 2)).toEqual([41, 0])
    machine.poke(word, [99])
    await machine.run()
    expect(machine.peek(word, 2)).toEqual([99, 100])
    expect(machine.registers().x[12]).toBe(100)
    expect(machine.registers().pc).toBeGreaterThan(0x8000_0000)
    expect(machine.counters().deviceWrites).toBe(1)
  })

  it('nothing outside of RAM', async () => {
    const machine = await machineWith(hello)
    expect(() => machine.peek(0x7fff_fffc)).toThrow(
      'memory at 0x7ffffffc, 4 bytes, is outside of RAM',
    )
    expect(() => machine.peek(0x8010_0000)).toThrow('0x80000000 to 0x800fffff')
    expect(() => machine.peek(0x8000_0002)).toThrow('is not a multiple of four')
  })

  it('a program whose linker put the file’s headers in front of RAM, but no other byte there', async () => {
    const image = assembleImage(prelude + hello, { base: 0x8000_0000 })
    const [text] = image.segments
    const pageBefore = (start: number[]) => {
      const bytes = new Uint8Array(4096 + text.bytes.length)
      bytes.set(start)
      bytes.set(text.bytes, 4096)
      const memorySize = 4096 + text.memorySize
      return { ...image, segments: [{ ...text, address: 0x7fff_f000, bytes, memorySize }] }
    }
    const machine = await Machine.create()
    await machine.load(pageBefore([0x7f, 0x45, 0x4c, 0x46]))
    await machine.run()
    expect(machine.consoleText).toBe('hello\n')
    await expect((await Machine.create()).load(pageBefore([1]))).rejects.toThrow('outside of RAM')
  })

  it('a trace, without changing the run', async () => {
    const [plain, traced] = [
      await machineWith(asleep, { trace: false }),
      await machineWith(asleep, { trace: true }),
    ]
    await Promise.all([plain.run(), traced.run()])
    expect(plain.trace().records).toEqual([])
    expect(traced.trace().records.map(({ name }) => name)).toContain('hart.sleep')
    expect(traced.trace().records).toEqual([])
    expect(traced.stateHash()).toBe(plain.stateHash())
  })
})

describe('creation', () => {
  it.each([
    [{ harts: 0 }, 'harts is 0, expected an integer from 1 to 8'],
    [{ seed: -1 }, 'seed is -1'],
    [{ ramBytes: (1 << 20) + 1 }, 'not a multiple of 4096'],
    [{ timing: 'fast' as 'unit' }, 'timing is "fast", expected one of ibex-small, hazard3, unit'],
    [{ link: { delay: 'long' } }, '"long" is not a time'],
    [{ parameters: { x: 1.5 } }, 'parameter x is 1.5'],
  ])('refuses %o', async (options, message) => {
    await expect(Machine.create(options)).rejects.toThrow(message)
  })

  it('says which file is missing', async () => {
    const wasm = new URL('file:///nowhere/core.wasm')
    await expect(Machine.create({ wasm })).rejects.toThrow('/nowhere/core.wasm is missing')
  })

  it('refuses a program that does not fit', async () => {
    const machine = await Machine.create({ ramBytes: 1 << 20 })
    const image = assembleImage('.space 0x100000\n.word 1', { base: 0x8000_0000 })
    await expect(machine.load(image)).rejects.toThrow('a segment of the program at 0x80000000')
  })
})

describe('a recording', () => {
  async function recorded(): Promise<{ text: string; hash: string }> {
    const machine = await machineWith(typist, { seed: 9 })
    const recorder = new Recorder(machine)
    machine.console.input('ab', 5_000)
    await machine.run({ until: '8us' })
    machine.console.input('cq')
    await machine.run()
    return { text: await recorder.text('typist.s'), hash: machine.stateHash() }
  }

  it('is a header, the inputs and the end', async () => {
    const { text, hash } = await recorded()
    const { header, inputs, end } = parseRecording(text)
    expect(header).toMatchObject({ program: 'typist.s', configuration: { seed: 9 } })
    expect(inputs.map(({ input }) => input.cycle)).toEqual([5_000, expect.any(Number)])
    expect(inputs[1].input.cycle).toBeGreaterThanOrEqual(8_000)
    expect(end.stateHash).toBe(hash)
  })

  it('replays to the same state', async () => {
    const { text, hash } = await recorded()
    const recording = parseRecording(text)
    const machine = await machineWith(typist, recording.header.configuration)
    const { report, divergence } = await replay(machine, recording)
    expect(divergence).toBeUndefined()
    expect(report.cycles).toBe(recording.end.cycle)
    expect(machine.stateHash()).toBe(hash)
    expect(machine.console.text).toBe('abcq')
  })

  it('replays up to a time', async () => {
    const recording = parseRecording((await recorded()).text)
    const machine = await machineWith(typist, recording.header.configuration)
    const { report, divergence } = await replay(machine, recording, '7us')
    expect(divergence).toBeUndefined()
    expect(report).toMatchObject({ stopReason: 'limit', cycles: 7000 })
    expect(machine.console.text).toBe('a')
  })

  it('that was changed is found at the first input that differs', async () => {
    const { text } = await recorded()
    const recording = parseRecording(text.replace('"cycle":5000', '"cycle":5400'))
    const machine = await machineWith(typist, recording.header.configuration)
    const { divergence } = await replay(machine, recording)
    expect(divergence?.cycle).toBe(5_400)
    expect(divergence?.message).toContain('input 1 met the machine after')
  })

  it('that was changed in its bytes is found at the end', async () => {
    const { text } = await recorded()
    const recording = parseRecording(text.replace('"6162"', '"6163"'))
    const machine = await machineWith(typist, recording.header.configuration)
    expect((await replay(machine, recording)).divergence?.message).toContain('stateHash: ')
  })

  it('is refused for another program', async () => {
    const recording = parseRecording((await recorded()).text)
    await expect(replay(await machineWith(hello), recording)).rejects.toThrow(
      'was made with another build of typist.s',
    )
  })

  it.each([
    ['', 'line 1: this is no recording'],
    ['{}', 'line 1: this is no recording'],
    [
      '{"nothread":"recording","version":9}',
      'line 1: version 9, this nothread reads versions 1 to 2',
    ],
    ['{"nothread":"recording","version":1}', 'line 1: the recording has no end'],
    [
      '{"nothread":"recording","version":1}\n{"kind":"frame"}\n{"end":{}}',
      'line 3: the end lacks a field',
    ],
    ['{"nothread":"recording","version":1}\nx\n{"end":{}}', 'line 2: this is no recording'],
  ])('that reads %j is refused', (text, message) => {
    expect(() => parseRecording(text)).toThrow(message)
  })
})
