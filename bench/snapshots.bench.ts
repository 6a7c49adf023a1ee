/** What it costs to keep a machine's state, to go back in a run, and to write down what a repetition needs. */
import { readFileSync } from 'node:fs'
import { coreUrl, Machine, Recorder, type MachineOptions, type Program } from '../host/index.ts'
import { assetBytes } from '../host/assets.ts'
import { readProgram, shippedProgram } from '../host/node/files.ts'
import { assembleImage } from '../host/toolchain/asm/index.ts'
import type { Bench, BenchRow } from './types.ts'

const repetitions = 5
const requests = 100
const farCycles = 1_000_000_000

async function milliseconds(action: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await action()
  return performance.now() - began
}

/** Milliseconds of this process, which other ones on the same computer do not change. */
async function processorTime(action: () => Promise<unknown>): Promise<number> {
  const began = process.cpuUsage()
  await action()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}

/** The fastest of some repetitions, because noise only ever slows down. */
async function best(action: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < repetitions; i++) times.push(await milliseconds(action))
  return Math.min(...times)
}

const ms = (name: string, value: number): BenchRow => ({ name, value, unit: 'ms' })

async function echo(program: Program, options: MachineOptions = {}) {
  const machine = await Machine.create({ link: { delay: '50us' }, ...options })
  await machine.load(program)
  await machine.run({ until: { text: '\n' } })
  const load = machine.network.clients({ port: 7, count: 64, requests })
  return { machine, serve: () => machine.run({ until: () => load.finished }) }
}

/** The udp-echo of 64 MiB, in the middle of its load. */
async function files(program: Program): Promise<BenchRow[]> {
  const wasm = await WebAssembly.compile((await assetBytes(coreUrl)) as BufferSource)
  const { machine, serve } = await echo(program)
  const base = await machine.snapshot()
  await machine.run({ for: '1ms' })
  const delta = await machine.snapshot({ base })
  const bases = [base]
  const rows = [
    ms('snapshot', await best(() => machine.snapshot())),
    ms('delta, 1 ms of emulated time later', await best(() => machine.snapshot({ base }))),
    ms('restore', await best(() => Machine.restore(base, { wasm }))),
    ms('restore a delta', await best(() => Machine.restore(delta, { wasm, bases }))),
    { name: 'size of the snapshot', value: base.length / 1024, unit: 'KiB' },
    { name: 'size of the delta', value: delta.length / 1024, unit: 'KiB' },
  ]
  await serve()
  return rows
}

async function goingBack(): Promise<BenchRow[]> {
  const source = readFileSync(new URL('../test/machine/busy.s', import.meta.url), 'utf8')
  const program = assembleImage(source, { base: 0x8000_0000 })
  const machine = await Machine.create({ history: true })
  await machine.load(program)
  await machine.run({ until: farCycles })
  return [
    ms('step back after 10^9 cycles', await milliseconds(() => machine.stepBack())),
    ms('next step back', await best(() => machine.stepBack())),
    ms('back by half of them', await milliseconds(() => machine.runBackTo(farCycles / 2))),
    ms('next step back there', await best(() => machine.stepBack())),
    { name: 'keys kept', value: machine.history!.keys, unit: '' },
    { name: 'bytes kept', value: machine.history!.bytes / 2 ** 20, unit: 'MiB' },
  ]
}

async function recording(program: Program): Promise<BenchRow[]> {
  const time = async (options: MachineOptions, records: boolean) => {
    const times: number[] = []
    for (let i = 0; i < repetitions; i++) {
      const { machine, serve } = await echo(program, options)
      if (records) new Recorder(machine)
      times.push(await processorTime(serve))
    }
    return Math.min(...times)
  }
  const plain = await time({}, false)
  const rows: [string, number][] = [
    ['a load of 6400 requests', plain],
    ['recorded', await time({}, true)],
    ['with a history', await time({ history: true }, false)],
  ]
  return rows.map(([name, value]) => ({ ...ms(name, value), ratio: value / plain, to: 'plain' }))
}

export const bench: Bench = {
  title: 'snapshots, going back, recording',
  run: async (): Promise<BenchRow[]> => {
    const program = await readProgram(shippedProgram('udp-echo.ts'))
    return [...(await files(program)), ...(await goingBack()), ...(await recording(program))]
  },
}
