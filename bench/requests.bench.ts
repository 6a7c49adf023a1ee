/** How many requests of the async UDP echo the machine serves per second of host time, on our core and on the naive one. */
import { Machine, type CoreSource, type Program } from '../host/index.ts'
import { readProgram, shippedProgram } from '../host/node/files.ts'
import { naiveCore } from './naive/build.ts'
import type { Bench, BenchRow } from './types.ts'

const clients = 64
const requests = 200
/** Runs per core; the fastest counts, because noise only ever slows down. */
const repetitions = 3

/** Harts, each with a thread of the pool. */
const hartCounts = [1, 2, 4, 8]

/** Requests per host second of one run, start-up and compilation left out. */
async function serve(program: Program, wasm?: CoreSource, harts = 1): Promise<number> {
  const parameters = { workers: harts }
  const machine = await Machine.create({ link: { delay: '50us' }, wasm, harts, parameters })
  await machine.load(program)
  await machine.run({ until: { text: '\n' } })
  const load = machine.network.clients({ port: 7, count: clients, requests })
  const began = performance.now()
  await machine.run({ until: () => load.finished })
  if (!load.finished) throw new Error(`not all requests were answered: ${machine.consoleText}`)
  return (clients * requests * 1000) / (performance.now() - began)
}

async function best(program: Program, wasm?: CoreSource, harts = 1): Promise<number> {
  const rates: number[] = []
  for (let run = 0; run < repetitions; run++) rates.push(await serve(program, wasm, harts))
  return Math.max(...rates)
}

export const bench: Bench = {
  title: 'async requests per host second (udp-echo, 64 clients)',
  run: async (): Promise<BenchRow[]> => {
    const program = await readProgram(shippedProgram('udp-echo.ts'))
    const naive = await best(program, await naiveCore())
    const rows: BenchRow[] = [
      { name: 'naive interpreter', value: naive, unit: 'requests/s', ratio: 1, to: 'naive' },
    ]
    for (const harts of hartCounts) {
      const value = await best(program, undefined, harts)
      const name = `this core, ${harts} ${harts === 1 ? 'hart' : 'harts'}`
      rows.push({ name, value, unit: 'requests/s', ratio: value / naive, to: 'naive' })
    }
    return rows
  },
}
