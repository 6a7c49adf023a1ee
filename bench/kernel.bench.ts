/** What the executive's paths cost, in cycles of the emulated machine: the same on every host. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Machine } from '../host/index.ts'
import type { TraceRecord } from '../host/observe/index.ts'
import { readProgram, shippedProgram } from '../host/node/files.ts'
import { linkImage } from '../host/toolchain/backend/index.ts'
import { imageBases } from '../host/toolchain/compile.ts'
import { compileSystemModule } from '../host/toolchain/frontend/index.ts'
import type { Bench, BenchRow } from './types.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const program = 'test/kernel/fixtures/costs.ts'
const headerBytes = 0x1000
const requests = 50
const mebibyte = 1024 * 1024

/** Steps of the road of a packet: from the last record of one kind to the next one of another. */
const steps: [name: string, from: string, to: string][] = [
  ['interrupt to service routine', 'trap.enter', 'isr.enter'],
  ['service routine to DPC', 'isr.enter', 'dpc.enter'],
  ['DPC to port', 'dpc.enter', 'port.insert'],
  ['port to thread', 'port.insert', 'packet.dequeue'],
]

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]
}

/** Cycles from the record before each `to` that is a `from`, the latest one. */
function intervals(records: readonly TraceRecord[], from: string, to: string): number[] {
  const found: number[] = []
  let since: number | undefined
  for (const { name, cycle } of records) {
    if (name === from) since = cycle
    if (name !== to || since === undefined) continue
    found.push(cycle - since)
    since = undefined
  }
  return found
}

/** The road of one datagram at a time through the async echo. */
async function road(): Promise<BenchRow[]> {
  const machine = await Machine.create({ link: { delay: '50us' }, trace: true })
  await machine.load(await readProgram(shippedProgram('udp-echo.ts')))
  await machine.run({ until: { text: '\n' } })
  machine.trace()
  const load = machine.network.clients({ port: 7, count: 1, requests })
  await machine.run({ until: () => load.finished })
  const { records } = machine.trace()
  return steps.map(([name, from, to]) => ({
    name,
    value: median(intervals(records, from, to)),
    unit: 'cycles',
  }))
}

async function compile(): Promise<ReturnType<typeof linkImage>> {
  const readSource = (path: string): string | null => {
    try {
      return readFileSync(root + path, 'utf8')
    } catch {
      return null
    }
  }
  const base = imageBases.program
  const { wasm } = await compileSystemModule(program, readSource, base + headerBytes)
  return linkImage({ wasm, base, entry: '_start', header: true })
}

/** What a program measures itself, and how it grows with the operations that are pending. */
async function calls(): Promise<BenchRow[]> {
  const machine = await Machine.create({ ramBytes: 512 * mebibyte })
  await machine.load(await compile())
  await machine.run({ for: '10s' })
  const rows: BenchRow[] = []
  let pending = ''
  for (const line of machine.consoleText.split('\n')) {
    const [name, value] = line.split(' = ')
    if (name === 'pending') pending = `, ${Number(value).toLocaleString('en')} pending`
    else if (value !== undefined)
      rows.push({ name: name + pending, value: Number(value), unit: 'cycles' })
  }
  return rows
}

export const bench: Bench = {
  title: 'paths of the executive (one hart)',
  run: async () => [...(await road()), ...(await calls())],
}
