/**
 * One run, taken in four ways, ends in one state: straight; cut by snapshots, each restored in a fresh machine; repeated from its
 * recording; and after walks back and forth. With peers and a link that loses frames on the other side, and on the bare machine.
 */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { MachineOptions, Program } from '../../host/index.ts'
import { coreUrl, Machine, parseRecording, Recorder, replay } from '../../host/index.ts'
import { assetBytes } from '../../host/assets.ts'
import type { Recording } from '../../host/machine/recording.ts'
import { readSnapshot } from '../../host/machine/snapshotReader.ts'
import { Random } from '../../host/net/random.ts'
import { assembleImage } from '../../host/toolchain/asm/index.ts'
import { echoProgram } from './echo.ts'

const cuts = 100
const walks = 50
const link = { delay: '50us', loss: 0.02, reorder: 0.05 }
/** The longest walk, in cycles. */
const longest = 200_000

let wasm: WebAssembly.Module
beforeAll(async () => {
  wasm = await WebAssembly.compile((await assetBytes(coreUrl)) as BufferSource)
})

/** A run that goes to its end in pieces, of which `go` does one. */
interface Subject {
  make(history: boolean): Promise<Run>
}

interface Run {
  machine: Machine
  finish(): Promise<void>
}

const bare = (harts: number): Subject => ({
  async make(history) {
    const source = readFileSync(new URL('../machine/busy.s', import.meta.url), 'utf8')
    const machine = await Machine.create({ wasm, harts, ramBytes: 1 << 20, seed: 5, history })
    await machine.load(assembleImage(source, { base: 0x8000_0000 }))
    for (let i = 0; i < 20; i++) machine.console.input(`line ${i}`, 30_000 * i)
    return { machine, finish: async () => void (await machine.run({ until: 1_000_000 })) }
  },
})

const echo = (harts: number): Subject => ({
  async make(history) {
    const options: MachineOptions = { wasm, link, seed: 3, harts, history, ramBytes: 1 << 26 }
    const machine = await Machine.create(options)
    await machine.load(await program())
    const load = machine.network.clients({ port: 7, count: 8, requests: 4, timeout: '1ms' })
    const finish = async () => {
      await machine.run({ until: () => load.finished })
      await machine.run({ until: 20_000_000 })
    }
    return { machine, finish }
  },
})

const program = (): Promise<Program> => echoProgram('udp-echo.ts')

describe.each([
  ['a program with the machine to itself, 1 hart', bare(1)],
  ['a program with the machine to itself, 4 harts', bare(4)],
  ['udp-echo under load, 1 hart', echo(1)],
  ['udp-echo under load, 4 harts', echo(4)],
])('%s', (_, subject) => {
  let recording: Recording
  let end: object

  beforeAll(async () => {
    const { machine, finish } = await subject.make(false)
    const recorder = new Recorder(machine)
    await finish()
    end = stateOf(machine)
    recording = parseRecording(await recorder.text('program'))
  })

  /** A machine to which the inputs of the recording are on their way. */
  async function repeating(): Promise<Machine> {
    const { machine } = await subject.make(false)
    const fresh = await Machine.create({ wasm, ...machine.configuration })
    await fresh.load(machine.images.at(-1)!)
    return fresh
  }

  it('ends in the same state when it is repeated from its recording', async () => {
    const machine = await repeating()
    expect((await replay(machine, recording)).divergence).toBeUndefined()
    expect(stateOf(machine)).toEqual(end)
  })

  it(`ends in the same state when it is cut by snapshots at ${cuts} cycles`, async () => {
    let machine = await repeating()
    machine.network.detach()
    for (const { input } of recording.inputs) machine.input(input)
    const random = new Random(1, 'cuts')
    const cycles = Array.from({ length: cuts }, () => random.below(recording.end.cycle))
    const base = await readSnapshot(await machine.snapshot())
    for (const [i, cycle] of cycles.sort((a, b) => a - b).entries()) {
      await machine.run({ until: cycle })
      const file = await machine.snapshot(i % 2 === 0 ? {} : { base })
      machine = await Machine.restore(file, { wasm, bases: [base] })
      machine.network.detach()
    }
    await machine.run({ until: recording.end.cycle })
    expect(stateOf(machine)).toEqual(end)
  })

  it(`ends in the same state after ${walks} walks back and forth`, async () => {
    const { machine, finish } = await subject.make(true)
    const random = new Random(7, 'walks')
    const seen = new Map<number, string>()
    for (let walk = 0; walk < walks; walk++) {
      await machine.run({ for: `${1 + random.below(longest)}cy` })
      if (!machine.inPast) seen.set(machine.history!.present, machine.stateHash())
      await walkBack(machine, walk, random)
    }
    await machine.run({ until: machine.history!.present })
    for (const [cycle, hash] of [...seen].reverse().slice(0, 10)) {
      await machine.runBackTo(cycle)
      expect(machine.stateHash()).toBe(hash)
    }
    await finish()
    expect(stateOf(machine)).toEqual(end)
  })
})

async function walkBack(machine: Machine, walk: number, random: Random): Promise<void> {
  const hart = walk % machine.configuration.harts
  if (walk % 5 === 0) await machine.stepBack(1 + random.below(5000), { hart })
  else if (walk % 5 === 1) await machine.runBackTo('event')
  else if (walk % 5 === 2) await machine.runBackTo('input')
  else await machine.runBackTo(Math.max(0, machine.cycles - random.below(longest)))
}

function stateOf(machine: Machine): object {
  const { cycles, instructions } = machine
  return { hash: machine.stateHash(), cycles, instructions }
}
