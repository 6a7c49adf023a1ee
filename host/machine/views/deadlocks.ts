/**
 * Who waits for whom, and cycles in it: threads that wait for mutexes, for each other's end or for tasks, and coroutines that await each
 * other, or that must continue on a thread that is blocked. Left out: waits whose end somebody outside can bring, such as events,
 * semaphores and requests; they are no deadlock as long as that somebody runs.
 */

import type { Coroutine } from '../coroutines.ts'
import type { Executive } from './executive.ts'
import { objectType } from './objects.ts'
import type { WorkerView } from './runtime.ts'
import type { ThreadView } from './threads.ts'

/** Threads and coroutines each of which waits for the next one, the last for the first. */
export interface Deadlock {
  members: string[]
  /** The cycle in one sentence. */
  description: string
}

export interface WaitGraph {
  threads: readonly ThreadView[]
  workers: readonly WorkerView[]
  coroutines: readonly Coroutine[]
  /** Numbers of the threads each of which alone keeps a waiting thread from going on. */
  holdersOf: (thread: ThreadView) => number[]
  /** Address of a thread's runtime block. */
  blockOf: (thread: ThreadView) => number
}

interface Node {
  name: string
  next: string[]
}

/** The cycles of a graph of waits, each once. */
export function deadlocksIn(graph: WaitGraph): Deadlock[] {
  const nodes = nodesOf(graph)
  const found: Deadlock[] = []
  const done = new Set<string>()
  for (const start of nodes.keys()) {
    for (const cycle of cyclesFrom(start, nodes, done)) {
      const members = cycle.map((key) => nodes.get(key)!.name)
      found.push({ members, description: `${[...members, members[0]].join(' waits for ')}` })
    }
  }
  return found
}

function nodesOf(graph: WaitGraph): Map<string, Node> {
  const { threads, workers, coroutines } = graph
  const byBlock = new Map(threads.map((thread) => [graph.blockOf(thread), thread.number]))
  const nodes = new Map<string, Node>()
  for (const thread of threads) {
    const holders = thread.state === 'waiting' ? graph.holdersOf(thread) : []
    const worker = workers.find(({ block }) => block === graph.blockOf(thread))
    const next = [
      ...holders.map(threadKey),
      ...(worker === undefined || worker.waitingFor === 0 ? [] : [taskKey(worker.waitingFor)]),
    ]
    nodes.set(threadKey(thread.number), { name: `thread ${thread.number}`, next })
  }
  for (const { frame, name, line, awaited } of coroutines) {
    const next = awaited === 0 ? [] : [taskKey(awaited)]
    nodes.set(taskKey(frame), { name: `${name} at line ${line}`, next })
  }
  addContexts(nodes, graph, byBlock)
  return nodes
}

/** A coroutine that has been resumed for a context waits for the thread of the context while that one is blocked. */
function addContexts(
  nodes: Map<string, Node>,
  { workers, coroutines }: WaitGraph,
  byBlock: ReadonlyMap<number, number>,
): void {
  const blocked = workers.filter(({ context, waitingFor }) => context !== 0 && waitingFor !== 0)
  for (const { frame, state } of coroutines) {
    if (state !== 'ready') continue
    for (const { block, waitingFor } of blocked) {
      const thread = byBlock.get(block)
      if (thread === undefined || !reaches(waitingFor, frame, coroutines)) continue
      nodes.get(taskKey(frame))?.next.push(threadKey(thread))
    }
  }
}

/** Whether a task waits for a coroutine, directly or through others. */
function reaches(task: number, frame: number, coroutines: readonly Coroutine[]): boolean {
  const coroutine = coroutines.find((candidate) => candidate.frame === frame)
  return task === frame || coroutine?.awaiters.includes(task) === true
}

function cyclesFrom(start: string, nodes: Map<string, Node>, done: Set<string>): string[][] {
  const cycles: string[][] = []
  const path: string[] = []
  const visit = (key: string): void => {
    const at = path.indexOf(key)
    if (at >= 0) {
      cycles.push(path.slice(at))
      return
    }
    const node = nodes.get(key)
    if (node === undefined || done.has(key)) return
    path.push(key)
    for (const next of node.next) visit(next)
    path.pop()
    done.add(key)
  }
  visit(start)
  return cycles
}

const threadKey = (number: number): string => `thread ${number}`
const taskKey = (frame: number): string => `task ${frame}`

/** Offset of tp in the frame that a trap leaves: a word for the pc, then x1 and so on. */
const frameThreadPointer = 16

/** The register tp with which a thread left the program. */
export function threadPointerOf({ records }: Executive, { address }: ThreadView): number {
  const stack = records.at('ke/thread/Thread', address)('kernelStack')
  return records.number(stack - records.constant('ke/thread/FRAME_BYTES') + frameThreadPointer, 4)
}

/** Threads that own a mutex, or are the threads, that another one has to wait for: with several objects only if it waits for all. */
export function holdersOf(executive: Executive, { address }: ThreadView): number[] {
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
