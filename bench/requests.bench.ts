/** How many requests of the async UDP echo the machine serves per second of host time, on our core and on the naive one. */
import { Machine, type CoreSource, type Program } from '../host/index.ts'
import { readProgram, shippedProgram } from '../host/node/files.ts'
import { naiveCore } from './naive/build.ts'
import type { Bench, BenchRow } from './types.ts'

const clients = 64
const requests = 200
/** Runs per core; the fastest counts, because noise only ever slows down. */
const repetitions = 3

/** Requests per host second of one run, start-up and compilation left out. */
async function serve(program: Program, wasm: CoreSource | undefined): Promise<number> {
  const machine = await Machine.create({ link: { delay: '50us' }, wasm })
  await machine.load(program)
  await machine.run({ until: { text: '\n' } })
  const load = machine.network.clients({ port: 7, count: clients, requests })
  const began = performance.now()
  await machine.run({ until: () => load.finished })
  return (clients * requests * 1000) / (performance.now() - began)
}

async function best(program: Program, wasm?: CoreSource): Promise<number> {
  const rates: number[] = []
  for (let run = 0; run < repetitions; run++) rates.push(await serve(program, wasm))
  return Math.max(...rates)
}

export const bench: Bench = {
  title: 'async requests per host second (udp-echo, 64 clients)',
  run: async (): Promise<BenchRow[]> => {
    const program = await readProgram(shippedProgram('udp-echo.ts'))
    const naive = await best(program, await naiveCore())
    const ours = await best(program)
    return [
      { name: 'naive interpreter', value: naive, unit: 'requests/s', ratio: 1, to: 'naive' },
      { name: 'this core', value: ours, unit: 'requests/s', ratio: ours / naive, to: 'naive' },
    ]
  },
}
