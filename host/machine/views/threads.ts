/** Threads of the executive, and who runs on which hart. */

import type { Cycle } from '../time.ts'
import type { Executive, Place } from './executive.ts'
import { objectName } from './objects.ts'
import type { Row } from './records.ts'
import { requestsOf } from './requests.ts'

export type ThreadState =
  'initialized' | 'ready' | 'running' | 'waiting' | 'suspended' | 'terminated'

/** A thread. */
export interface ThreadView {
  number: number
  /** Number of its program; undefined for a thread of the executive itself. */
  process: number | undefined
  address: number
  state: ThreadState
  priority: number
  /** The hart it runs on. */
  hart: number | undefined
  /** What it waits for, in words: `port 0x…`, `request 7 on \Device\Afd`, `thread 2`, `delay`. */
  waitsFor: string[]
  /** Whether all of them have to be signalled. */
  waitAll: boolean
  /** Cycle at which its wait began, exact to 100 ns. */
  since: Cycle | undefined
  /** Address at which it left, or would enter, the program. */
  pc: number
  place: Place | undefined
  /** Numbers of the operations it has issued and that are under way. */
  operations: number[]
}

/** A hart as the executive sees it. */
export interface HartView {
  hart: number
  irql: number
  /** Number of the thread; undefined for the idle one. */
  thread: number | undefined
}

const threadClass = 'ke/thread/Thread'
const blockClass = 'ke/wait/WaitBlock'
/** Words of the frame that a trap leaves on the thread's kernel stack; the first is the pc. */
const frameBytesName = 'ke/thread/FRAME_BYTES'
/** Code of programs lies from here on. */
const programBase = 0x8040_0000

/** The harts. */
export function hartsOf(executive: Executive): HartView[] {
  const { records, source } = executive
  return Array.from({ length: source.harts }, (_, hart) => {
    const prcb = executive.prcb(hart)
    const [current, idle] = [prcb('current'), prcb('idle')]
    const isIdle = current === 0 || current === idle
    const thread = isIdle ? undefined : records.at(threadClass, current)('number')
    return { hart, irql: prcb('irql'), thread }
  })
}

/** Threads of programs in the order of their making; the harts' idle threads are left out. */
export function threadsOf(executive: Executive): ThreadView[] {
  const { records, source } = executive
  const harts = Array.from({ length: source.harts }, (_, hart) => executive.prcb(hart))
  const idle = new Set(harts.map((prcb) => prcb('idle')))
  const running = new Map(harts.map((prcb, hart) => [prcb('current'), hart]))
  return records
    .list(records.constant('ke/thread/allThreads'), threadClass, 'allNext')
    .filter(({ address }) => !idle.has(address))
    .map((thread) => threadView(executive, thread, running.get(thread.address)))
}

function threadView(executive: Executive, thread: Row, hart: number | undefined): ThreadView {
  const state = stateOf(executive, thread)
  const waits = state === 'waiting'
  const pc = state === 'terminated' ? 0 : threadPc(executive, thread, hart)
  return {
    number: thread('number'),
    process: processOf(executive, thread('process')),
    address: thread.address,
    state,
    priority: thread('priority'),
    hart,
    waitsFor: waits ? waitsOf(executive, thread) : [],
    waitAll: waits && thread('waitAll') !== 0,
    since: waits ? executive.cycleOf(thread('waitStart')) : undefined,
    pc,
    place: pc === 0 ? undefined : executive.place(pc),
    operations: requestsOf(executive, thread).map(({ operation }) => operation),
  }
}

function processOf({ records }: Executive, address: number): number | undefined {
  return address === 0 ? undefined : records.at('ps/process/Process', address)('number')
}

function stateOf({ records }: Executive, thread: Row): ThreadState {
  const names = records.enumeration('ke/thread/THREAD_')
  return (names.get(thread('state')) ?? 'waiting').toLowerCase() as ThreadState
}

/** Where the thread is in the program: the harts's own pc while it runs there, else that of the frame of its trap. */
function threadPc({ records, source }: Executive, thread: Row, hart: number | undefined): number {
  const pc = hart === undefined ? 0 : source.core.programCounter(hart) >>> 0
  if (pc >= programBase) return pc
  return records.number(thread('kernelStack') - records.constant(frameBytesName), 4)
}

function waitsOf(executive: Executive, thread: Row): string[] {
  const object = thread('waitObject')
  if (object === 0) return []
  if (object === thread('timer')) return ['delay']
  const request = requestsOf(executive, thread).find(({ done }) => done === object)
  if (request) return [`request ${request.operation} on ${request.device}`]
  const count = thread('waitCount')
  if (count <= 1) return [objectName(executive, object)]
  const { records } = executive
  const bytes = records.size(blockClass)
  return Array.from({ length: count }, (_, i) => {
    const block = records.at(blockClass, thread('waitBlocks') + i * bytes)
    return objectName(executive, block('object'))
  })
}
