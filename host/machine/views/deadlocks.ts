/**
 * Who waits for whom, and cycles in it: threads that wait for mutexes, for each other's end or for tasks; coroutines that await each
 * other, that must continue on a thread that is blocked, or that run on one; fibers that wait for tasks, or with their thread; and all of them
 * through mutexes of coroutines. Left out: waits whose end somebody outside can bring, such as events,
 * semaphores and requests; they are no deadlock as long as that somebody runs.
 */

import type { Coroutine } from '../coroutines.ts'
import type { Executive } from './executive.ts'
import { objectType } from './objects.ts'
import type { WorkerView } from './runtime.ts'
import type { ThreadView } from './threads.ts'
import type { Waits } from './waits.ts'

/** Threads and coroutines each of which waits for the next one, the last for the first. */
export interface Deadlock {
  members: string[]
  /** The cycle in one sentence. */
  description: string
}

export interface WaitGraph {
  threads: readonly WaitingThread[]
  coroutines: readonly Coroutine[]
  waits: Waits
  /** Fibers that somebody waits for. */
  fibers: readonly number[]
  /** The task that a fiber waits for, or 0. */
  fiberTask: (fiber: number) => number
}

/** A thread, and what its runtime knows of it. */
export interface WaitingThread {
  number: number
  /** Whether it waits for something in the kernel. */
  isBlocked: boolean
  /** Numbers of the threads each of which alone keeps it from going on. */
  holders: number[]
  /** Address of its block in the program, the fiber that runs on it, the task that it waits for: 0 if there is none. */
  block: number
  fiber: number
  waitingFor: number
  context: number
  /** Memory that may hold the addresses of the frames of the coroutines that run on it. */
  stacks: [start: number, end: number][]
}

/** The cycles of a graph of waits, each once. */
export function deadlocksIn(graph: WaitGraph): Deadlock[] {
  const nodes = new Nodes(graph)
  const done = new Set<string>()
  const starts = [
    ...graph.threads.map(({ number }) => threadKey(number)),
    ...graph.coroutines.map(({ frame }) => taskKey(frame)),
    ...graph.fibers.map(fiberKey),
  ]
  return starts.flatMap((start) =>
    cyclesFrom(start, nodes, done).map((cycle) => {
      const members = cycle.map((key) => nodes.name(key))
      return { members, description: `${[...members, members[0]].join(' waits for ')}` }
    }),
  )
}

/** Threads, coroutines and fibers by keys, and whom each waits for. */
class Nodes {
  readonly #graph: WaitGraph
  readonly #coroutines: ReadonlyMap<number, Coroutine>
  readonly #threads: ReadonlyMap<number, WaitingThread>

  constructor(graph: WaitGraph) {
    this.#graph = graph
    this.#coroutines = new Map(graph.coroutines.map((item) => [item.frame, item]))
    this.#threads = new Map(graph.threads.map((thread) => [thread.number, thread]))
  }

  name(key: string): string {
    const { kind, number } = partsOf(key)
    if (kind === 'thread') return key
    if (kind === 'fiber') return `fiber 0x${number.toString(16)}`
    const coroutine = this.#coroutines.get(number)
    if (coroutine === undefined) return `${this.#graph.waits.nameOf(number)}, which runs,`
    return `${coroutine.name} at line ${coroutine.line}`
  }

  next(key: string): string[] {
    const { kind, number } = partsOf(key)
    if (kind === 'thread') return this.#ofThread(this.#threads.get(number)!)
    if (kind === 'fiber') return this.#ofFiber(number)
    const coroutine = this.#coroutines.get(number)
    if (coroutine === undefined) return this.#ofRunning(number)
    return [...this.#behind(coroutine.awaited), ...this.#contextsOf(coroutine)]
  }

  #ofThread({ holders, waitingFor }: WaitingThread): string[] {
    return [...holders.map(threadKey), ...this.#behind(waitingFor)]
  }

  /** A fiber that runs waits with its thread. */
  #ofFiber(fiber: number): string[] {
    const thread = this.#graph.threads.find((candidate) => candidate.fiber === fiber)
    if (thread !== undefined) return thread.isBlocked ? [threadKey(thread.number)] : []
    return this.#behind(this.#graph.fiberTask(fiber))
  }

  /** A coroutine that runs on a thread that is blocked. */
  #ofRunning(frame: number): string[] {
    const { threads, waits } = this.#graph
    if (!waits.isRunning(frame)) return []
    return threads
      .filter(({ isBlocked }) => isBlocked)
      .filter(({ stacks }) => stacks.some(([start, end]) => waits.holds(frame, start, end)))
      .map(({ number }) => threadKey(number))
  }

  /** A coroutine that has been resumed for a context waits for the thread of the context while that one is blocked. */
  #contextsOf({ frame, state }: Coroutine): string[] {
    if (state !== 'ready') return []
    return this.#graph.threads
      .filter(({ context, waitingFor }) => context !== 0 && waitingFor !== 0)
      .filter(({ waitingFor }) => this.#reaches(waitingFor, frame))
      .map(({ number }) => threadKey(number))
  }

  /** Whether a task waits for a coroutine, directly or through others. */
  #reaches(task: number, frame: number): boolean {
    return task === frame || this.#coroutines.get(frame)?.awaiters.includes(task) === true
  }

  /** Who has to do something before a task is over. */
  #behind(task: number): string[] {
    const wait = task === 0 ? undefined : this.#graph.waits.behind(task)
    if (wait === undefined) return []
    if (wait.kind === 'coroutine') return [taskKey(wait.address)]
    if (wait.kind === 'fiber') return [fiberKey(wait.address)]
    const thread = this.#graph.threads.find(({ block }) => block === wait.address)
    return thread === undefined ? [] : [threadKey(thread.number)]
  }
}

function cyclesFrom(start: string, nodes: Nodes, done: Set<string>): string[][] {
  const cycles: string[][] = []
  const path: string[] = []
  const visit = (key: string): void => {
    const at = path.indexOf(key)
    if (at >= 0) {
      cycles.push(path.slice(at))
      return
    }
    if (done.has(key)) return
    path.push(key)
    for (const next of nodes.next(key)) visit(next)
    path.pop()
    done.add(key)
  }
  visit(start)
  return cycles
}

const threadKey = (number: number): string => `thread ${number}`
const taskKey = (frame: number): string => `task ${frame}`
const fiberKey = (address: number): string => `fiber ${address}`

function partsOf(key: string): { kind: string; number: number } {
  const [kind, number] = key.split(' ')
  return { kind, number: Number(number) }
}

/** The threads of the programs, with what the runtime of the last one knows of its own. */
export function waitingThreads(
  executive: Executive,
  threads: readonly ThreadView[],
  workers: readonly WorkerView[],
): WaitingThread[] {
  return threads.map((thread) => {
    const block = registerOf(executive, thread, frameThreadPointer)
    const worker = workers.find((candidate) => candidate.block === block)
    const isBlocked = thread.state === 'waiting'
    return {
      ...{ number: thread.number, isBlocked, block },
      holders: isBlocked ? holdersOf(executive, thread) : [],
      fiber: worker?.fiber ?? 0,
      waitingFor: worker?.waitingFor ?? 0,
      context: worker?.context ?? 0,
      stacks:
        worker && isBlocked
          ? [
              kernelStackOf(executive, thread),
              [registerOf(executive, thread, frameStackPointer), worker.stackEnd],
              worker.ownStack,
            ]
          : [],
    }
  })
}

/** Offsets of sp and tp in the frame that a trap leaves: a word for the pc, then x1 and so on. */
const frameStackPointer = 8
const frameThreadPointer = 16

/** What a blocked thread has put away in the kernel: the registers of its trap, and what the kernel's functions have saved. */
function kernelStackOf({ records }: Executive, { address }: ThreadView): [number, number] {
  const thread = records.at('ke/thread/Thread', address)
  return [thread('saved'), thread('kernelStack')]
}

/** A register with which a thread left the program. */
function registerOf({ records }: Executive, { address }: ThreadView, offset: number): number {
  const stack = records.at('ke/thread/Thread', address)('kernelStack')
  return records.number(stack - records.constant('ke/thread/FRAME_BYTES') + offset, 4)
}

/** Threads that own a mutex, or are the threads, that another one has to wait for: with several objects only if it waits for all. */
function holdersOf(executive: Executive, { address }: ThreadView): number[] {
  const { records } = executive
  const thread = records.at('ke/thread/Thread', address)
  const count = thread('waitCount')
  if (count > 1 && thread('waitAll') === 0) return []
  const bytes = records.size('ke/wait/WaitBlock')
  return Array.from({ length: count }, (_, i) => {
    const block = records.at('ke/wait/WaitBlock', thread('waitBlocks') + i * bytes)
    return holderOf(executive, block('object'))
  }).filter((holder) => holder !== undefined)
}

function holderOf(executive: Executive, object: number): number | undefined {
  const { records } = executive
  const type = objectType(executive, object)
  if (type === 'THREAD') return records.at('ke/thread/Thread', object)('number')
  if (type !== 'MUTANT') return undefined
  const owner = records.at('ke/mutant/Mutant', object)('owner')
  return owner === 0 ? undefined : records.at('ke/thread/Thread', owner)('number')
}
