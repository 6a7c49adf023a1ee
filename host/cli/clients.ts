/** Clients for a run: `--clients port=7,count=64,requests=16`. They begin when the program has written its first line, and their end ends the run. */

import type { Machine } from '../machine/machine.ts'
import type { RunReport } from '../machine/report.ts'
import type { RunOptions } from '../machine/goal.ts'
import { parseTime } from '../machine/time.ts'
import type { ClientOptions, Clients } from '../net/clients.ts'
import { grouped, percentiles, textTable } from '../observe/index.ts'

/** By then the program has said that it listens. */
const boot = '5ms'
/** What the last answer leaves to do. */
const afterglow = '1ms'
const usual = { count: 1, requests: 16 } as const

const counts = ['port', 'count', 'requests'] as const
const times = ['think', 'timeout', 'stagger'] as const
const keys = [...counts, ...times, 'send'] as const

/** Read `port=7,count=64,…`; with `send=TEXT` that is the request, and whatever comes back its answer. Throws a RangeError that says how to write it. */
export function parseClients(text: string): ClientOptions {
  const options: ClientOptions = { port: 0, ...usual }
  for (const part of text.split(',')) {
    const at = part.indexOf('=')
    const [key, value] = [part.slice(0, at).trim(), part.slice(at + 1).trim()]
    setOption(
      options,
      keys.find((name) => name === key && at > 0 && value !== ''),
      value,
      part,
    )
  }
  if (options.port === 0) throw new RangeError('name the port of the guest: port=7')
  return options
}

function setOption(
  options: ClientOptions,
  key: (typeof keys)[number] | undefined,
  value: string,
  part: string,
): void {
  if (key === undefined) {
    throw new RangeError(
      `"${part}" says nothing of clients: write ${keys.join(', ')} as key=value, separated by commas`,
    )
  }
  if (key === 'send') {
    options.payload = () => new TextEncoder().encode(value)
    options.answers = () => true
  } else if (times.some((name) => name === key)) {
    parseTime(value, 1)
    options[key as (typeof times)[number]] = value
  } else {
    options[key as (typeof counts)[number]] = numberOf(key, value)
  }
}

function numberOf(key: string, text: string): number {
  const most = key === 'port' ? 0xffff : key === 'count' ? 10_000 : 1_000_000
  const value = /^\d+$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= most) return value
  throw new RangeError(`${key}=${text}: expected an integer from 1 to ${most}`)
}

/** Run until all clients have their answers, or to the run's own end. */
export async function runWithClients(
  machine: Machine,
  options: ClientOptions,
  run: RunOptions,
): Promise<{ report: RunReport; load: Clients }> {
  await machine.run({ ...run, until: { text: '\n' }, for: boot })
  const load = machine.network.clients(options)
  const limit = typeof run.until === 'string' ? parseTime(run.until, machine.clockHz) : undefined
  const left = limit === undefined ? undefined : `${Math.max(0, limit - machine.cycles)}cy`
  const report = await machine.run({ ...run, until: () => load.finished, for: left })
  if (report.stopReason !== 'condition') return { report, load }
  const { events } = await machine.run({ ...run, until: undefined, for: afterglow })
  return { report: { ...report, events: report.events + events }, load }
}

/** What the clients have seen, in lines. */
export function clientsText(
  { latencies, counts: { requests, answers, timeouts } }: Clients,
  clockHz: number,
): string {
  const lines = [
    `requests ${grouped(requests)}, answers ${grouped(answers)}, timeouts ${grouped(timeouts)}`,
  ]
  if (latencies.length > 0) lines.push(latencyText(latencies, clockHz))
  return lines.join('\n')
}

/** A table of latencies, which include the link both ways. */
export function latencyText(latencies: readonly number[], clockHz: number): string {
  const found = percentiles(latencies)
  if (found === null) return ''
  const microseconds = (cycles: number) => ((cycles / clockHz) * 1e6).toFixed(1)
  const { minimum, p50, p90, p99, maximum } = found
  const rows = Object.entries({ minimum, p50, p90, p99, maximum })
  return textTable(
    rows.map(([name, cycles]) => ({ latency: name, cycles, µs: microseconds(cycles) })),
  )
}
