import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assembleImage } from '../toolchain/asm/index.ts'
import { Machine } from './machine.ts'
import { parseRecording, Recorder } from './recording.ts'
import { replay } from './replay.ts'

const source = readFileSync(new URL('../../test/machine/busy.s', import.meta.url), 'utf8')
const program = assembleImage(source, { base: 0x8000_0000 })

async function busyMachine(harts = 1) {
  const machine = await Machine.create({ ramBytes: 1 << 20, seed: 5, harts })
  await machine.load(program)
  return machine
}

async function recorded(harts = 1): Promise<string> {
  const machine = await busyMachine(harts)
  const recorder = new Recorder(machine)
  machine.console.input('once upon a time', 30_000)
  await machine.run({ until: 700_000 })
  await machine.step(3, { hart: harts - 1 })
  machine.setRegister(harts - 1, 9, machine.symbol('table') as number)
  machine.poke(machine.symbol('word') as number, [77])
  await machine.run({ until: 1_000_000 })
  return recorder.text('busy.s')
}

describe.each([1, 4])('a recording of %d harts', (harts) => {
  it('is repeated, with what the host has changed between two instructions', async () => {
    const recording = parseRecording(await recorded(harts))
    expect(recording.inputs.map(({ input }) => input.kind)).toEqual(['console', 'register', 'poke'])
    expect(recording.checkpoints.map(({ cycle }) => cycle / 100_000)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ])
    const { report, divergence } = await replay(await busyMachine(harts), recording)
    expect(divergence).toBeUndefined()
    expect(report.cycles).toBe(1_000_000)
  })
})

async function instructionsAt(cycle: number): Promise<number> {
  return (await (await busyMachine()).run({ until: cycle })).instructions
}

describe('a replay that goes another way', () => {
  it('is found between two checkpoints', async () => {
    const recording = parseRecording(await recorded())
    const machine = await busyMachine()
    const [{ input }] = recording.inputs
    recording.inputs[0] = { input: { ...input, cycle: 450_000 }, instructions: 0 }
    recording.inputs[0].instructions = await instructionsAt(450_000)
    const { divergence } = await replay(machine, recording)
    expect(divergence).toEqual({
      after: 0,
      cycle: 100_000,
      message: 'the harts are in another state',
    })
  })
})

describe('a file that is no recording', () => {
  const header = { nothread: 'recording', version: 2, image: '', program: '', configuration: {} }
  const end = { end: { ended: false, cycle: 5, instructions: 5, stateHash: '' } }
  const lines = (...lines: object[]) => lines.map((line) => JSON.stringify(line)).join('\n')

  it.each([
    ['', 'line 1: this is no recording'],
    [lines({ nothread: 'recording', version: 3 }), 'line 1: version 3, this nothread reads'],
    [lines({ ...header, image: 7 }, end), 'line 1: the header lacks a field'],
    [lines({ ...header, neighbours: [7] }, end), 'line 1: the neighbours are no names'],
    [lines({ ...header, configuration: 7 }), 'line 1: the recording has no end'],
    [lines({ ...header, configuration: { harts: 9 } }, end), 'line 1: harts is 9'],
    [lines({ ...header, configuration: null }, end), 'line 1: the configuration is none'],
    [lines(header), 'line 1: the recording has no end'],
    [lines(header, { kind: 'frame', cycle: 1, bytes: 'x', instructions: 1 }, end), 'line 2: this'],
    [lines(header, { checkpoint: -1 }, end), 'line 2: this is no checkpoint'],
    [lines(header, { end: { ended: 1 } }), 'line 2: the end lacks a field'],
  ])('%s is refused', (text, message) => {
    expect(() => parseRecording(text)).toThrow(message)
  })

  it('has inputs that fit the machine', async () => {
    const machine = await busyMachine()
    const configured = { ...header, image: await machine.imageHash() }
    const stop = { kind: 'stop', cycle: 1, hart: 3, instructions: 0 }
    const recording = parseRecording(lines(configured, stop, end))
    await expect(replay(machine, recording)).rejects.toThrow('an input does not fit the machine')
  })
})
