/**
 * The runtime inside of a program: the thread pool, its workers and their queues. Names are those of `assembly/guest/runtime`; a
 * program that does not use a part of it does not have that part.
 */

import type { Cycle } from '../time.ts'
import type { Row } from './records.ts'
import { Records } from './records.ts'
import type { ViewSource } from './executive.ts'
import { cycleOfMtime } from '../time.ts'

/** A thread as the runtime knows it. */
export interface WorkerView {
  /** Address of its block, which is in its register tp. */
  block: number
  /** Number that the runtime gives it; 0 is the thread that starts the program. */
  number: number
  /** What it is for: `worker`, `loop`, `gate`, `poller` or `plain`. */
  kind: string
  /** Continuations in its own queue. */
  queued: number
  /** Continuations it took from queues, and those of them that were another thread's. */
  executed: number
  steals: number
  /** The task that it is blocked on, and since when; 0 and undefined while it is not. */
  waitingFor: number
  since: Cycle | undefined
  /** Address of its `SynchronizationContext`, or 0. */
  context: number
  /** Address of the fiber that runs on it, or 0. */
  fiber: number
  /** End of its stack, or of the fiber's; while a fiber runs, the used part of its own. */
  stackEnd: number
  ownStack: [start: number, end: number]
}

/** The thread pool. Counts are since the start of the program. */
export interface PoolView {
  /** Workers that exist, that there should be, that wait for packets, that are blocked on tasks. */
  workers: number
  goal: number
  idle: number
  blocked: number
  /** Continuations in all queues. */
  queued: number
  globalTakes: number
  localTakes: number
  steals: number
  wakes: number
  injected: number
  compensated: number
  retired: number
  /** Work is queued, and all workers are blocked: nothing goes on until one is added. */
  starved: boolean
  /** The same in words, with the threads; undefined while it is not so. */
  starvation: string | undefined
  threads: WorkerView[]
}

const library = '~lib/nothread/guest'
const poolClass = `${library}/poolState/PoolState`
const blockClass = `${library}/threadBlock/ThreadBlock`
const fiberClass = `${library}/fiber/Fiber`
const stateName = `${library}/poolState/state`
const kindPrefix = `${library}/threadBlock/THREAD_`
const counts = [
  ...['workers', 'goal', 'idle', 'blocked', 'queued', 'globalTakes', 'localTakes', 'steals'],
  ...['wakes', 'injected', 'compensated', 'retired'],
] as const

/** The pool of the program in a machine, or undefined when the program has none. */
export function poolOf(source: ViewSource): PoolView | undefined {
  const records = programRecords(source)
  if (!records?.has(poolClass)) return undefined
  const pool = records.at(poolClass, records.constant(stateName))
  const numbers = Object.fromEntries(counts.map((name) => [name, pool(name)]))
  const threads = blocksOf(records, pool).map((block) => workerView(records, block, source))
  const starved = pool('queued') > 0 && pool('workers') > 0 && pool('blocked') >= pool('workers')
  const starvation = starved ? describeStarvation(pool, threads) : undefined
  return { ...(numbers as Record<(typeof counts)[number], number>), starved, starvation, threads }
}

function describeStarvation(pool: Row, threads: readonly WorkerView[]): string {
  const blocked = threads.filter(({ kind, waitingFor }) => kind === 'worker' && waitingFor !== 0)
  const numbers = blocked.map(({ number }) => number).sort((a, b) => a - b)
  return (
    `all ${pool('workers')} workers are blocked on tasks (threads ${numbers.join(', ')}), ` +
    `and ${pool('queued')} continuations are queued`
  )
}

/** The task that a fiber waits for, or 0. */
export function fiberTask(source: ViewSource, fiber: number): number {
  return programRecords(source)?.at(fiberClass, fiber)('awaited') ?? 0
}

const cache = new WeakMap<object, Records>()

/** Layouts of the program's image, read once. */
function programRecords({ images, memory }: ViewSource): Records | undefined {
  const image = images.at(-1)
  if (image === undefined) return undefined
  const known = cache.get(image)
  if (known?.memory === memory) return known
  const records = new Records(image, memory)
  cache.set(image, records)
  return records
}

function blocksOf(records: Records, pool: Row): Row[] {
  const blocks: Row[] = []
  let address = pool('threads')
  while (address !== 0 && blocks.length < pool('blocks')) {
    const block = records.at(blockClass, address)
    blocks.push(block)
    address = block('next')
  }
  return blocks
}

function workerView(records: Records, block: Row, { cycles, clockHz }: ViewSource): WorkerView {
  const waitingFor = block('waitingFor')
  const kind = records.enumeration(kindPrefix).get(block('kind')) ?? 'PLAIN'
  return {
    block: block.address,
    number: block('number'),
    kind: kind.toLowerCase(),
    queued: (block('tail') - block('head')) >>> 0,
    executed: block('executed'),
    steals: block('steals'),
    waitingFor,
    since: waitingFor === 0 ? undefined : cycleOfMtime(block('since'), cycles, clockHz),
    context: block('context'),
    fiber: block('fiber'),
    stackEnd: block('stackEnd'),
    ownStack: [block('baseStart'), block('baseEnd')],
  }
}
