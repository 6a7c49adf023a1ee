/**
 * Experiment `async-versus-blocking`: throughput of a UDP echo whose every request computes for a while and then waits for a simulated
 * downstream service, once with threads that block and once with coroutines, over wait:CPU ratios and pool sizes. Each measured
 * point stands beside the closed form (`closedForm.ts`). It repeats the reasoning of a much-quoted article ("Not all Async is Created
 * Equal", 2019: 40,000, 8,000 and 30,000 requests/s) with the variables the article left fixed.
 *
 * CPU time per request is not assumed but measured: it is the inverse of the throughput without any wait. The continuation's overhead
 * is measured at the smallest ratio above 0. Leaves out: more than one hart, caches (docs/not-modelled.md).
 */

import { Machine } from '../machine/machine.ts'
import type { Program } from '../machine/program.ts'
import { asyncThroughput, blockingThroughput } from './closedForm.ts'

/** NT's time unit, in which the programs take the parameter `wait`. */
const waitUnitsPerSecond = 10_000_000
const serverPort = 7

export type Style = 'blocking' | 'async'

export interface Options {
  programs: Record<Style, Program>
  ratios?: number[]
  poolSizes?: number[]
  /** Clients with one request each under way; more than wait:CPU + 1 keep the server busy. */
  clients?: number
  /** Requests per client and point. */
  requests?: number
  /** Cycles of computation per request. */
  cpuCycles?: number
  seed?: number
  clockHz?: number
  /** Called before each point, for progress. */
  onPoint?: (done: number, total: number) => void
}

/** One measured point; one line of the JSON Lines file. */
export interface Row {
  experiment: 'async-versus-blocking'
  style: Style
  /** Wait divided by CPU time. */
  ratio: number
  /** Threads in the pool. */
  workers: number
  /** Parameter `wait`, in units of 100 ns. */
  wait: number
  requests: number
  /** Requests per emulated second, over the middle of the run. */
  throughput: number
  /** What the closed form says, requests per emulated second. */
  model: number
  /** Median and 99th percentile of the latency, in cycles. */
  latencyMedian: number
  latency99: number
  cycles: number
  seed: number
  stateHash: string
}

const defaults = {
  ratios: [0, 1, 4, 16],
  poolSizes: [1, 4, 16],
  clients: 48,
  requests: 20,
  cpuCycles: 20_000,
  seed: 1,
  clockHz: 1_000_000_000,
}

type Settings = typeof defaults & Pick<Options, 'programs' | 'onPoint'>
type Measured = Omit<Row, 'model'>

const percentile = (sorted: number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]

/** Requests per second between the first and the last fifth of the answers: neither warm-up nor the tail of the last clients. */
function steadyThroughput(answerTimes: number[], clockHz: number): number {
  const first = Math.floor(answerTimes.length / 5)
  const last = answerTimes.length - 1 - first
  return ((last - first) * clockHz) / (answerTimes[last] - answerTimes[first])
}

async function measure(
  settings: Settings,
  point: { style: Style; ratio: number; workers: number; wait: number },
): Promise<Measured> {
  const { seed, clockHz, cpuCycles } = settings
  const machine = await Machine.create({
    seed,
    clockHz,
    link: { delay: '50us' },
    parameters: { wait: point.wait, cpu: cpuCycles, workers: point.workers },
  })
  await machine.load(settings.programs[point.style])
  // The programs print a line when they listen; a request sent before would meet no socket and cost a timeout.
  await machine.run({ until: { text: '\n' } })
  const load = machine.network.clients({
    port: serverPort,
    count: settings.clients,
    requests: settings.requests,
    timeout: '10s',
  })
  await machine.run({ until: () => load.finished })
  const sorted = [...load.latencies].sort((a, b) => a - b)
  return {
    experiment: 'async-versus-blocking',
    ...point,
    requests: load.latencies.length,
    throughput: Math.round(steadyThroughput(load.answeredAt, clockHz)),
    latencyMedian: percentile(sorted, 0.5),
    latency99: percentile(sorted, 0.99),
    cycles: machine.cycles,
    seed,
    stateHash: machine.stateHash(),
  }
}

/** Measures every point: all of a style, ratio by ratio, pool size by pool size. */
async function measureStyle(
  settings: Settings,
  style: Style,
  cpuTime: number | undefined,
  report: () => void,
): Promise<Measured[]> {
  const rows: Measured[] = []
  for (const ratio of settings.ratios) {
    for (const workers of settings.poolSizes) {
      report()
      const wait = Math.round(ratio * (cpuTime ?? 0) * waitUnitsPerSecond)
      rows.push(await measure(settings, { style, ratio, workers, wait }))
    }
  }
  return rows
}

/** Seconds of CPU per request: the inverse of the best throughput at a ratio. */
const costAt = (rows: Measured[], ratio: number) =>
  1 / Math.max(...rows.filter((row) => row.ratio === ratio).map((row) => row.throughput))

function withModel(rows: Measured[], cpu: number, overhead: number): Row[] {
  return rows.map((row) => {
    const server = { harts: 1, workers: row.workers, cpu, wait: row.ratio * cpu }
    const model =
      row.style === 'blocking' ? blockingThroughput(server) : asyncThroughput(server, overhead)
    return { ...row, model: Math.round(model) }
  })
}

/** Runs the whole experiment. */
export async function asyncVersusBlocking(options: Options): Promise<Row[]> {
  const settings: Settings = { ...defaults, ...options }
  const perStyle = settings.ratios.length * settings.poolSizes.length
  let done = 0
  const report = () => settings.onPoint?.(done++, 2 * perStyle + 1)

  report()
  const ceiling = await measure(settings, { style: 'blocking', ratio: 0, workers: 1, wait: 0 })
  const cpu = 1 / ceiling.throughput
  const blocking = await measureStyle(settings, 'blocking', cpu, report)
  const asynchronous = await measureStyle(settings, 'async', cpu, report)

  const firstWait = Math.min(...settings.ratios.filter((ratio) => ratio > 0))
  const asyncCpu = costAt(asynchronous, 0)
  const overhead = Math.max(0, costAt(asynchronous, firstWait) - asyncCpu)
  return [...withModel(blocking, cpu, 0), ...withModel(asynchronous, asyncCpu, overhead)]
}
