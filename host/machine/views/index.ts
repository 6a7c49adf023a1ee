/** What a machine's executive is doing, as plain objects: every view is made when it is asked for, and disturbs nothing. */

import type { Coroutine } from '../coroutines.ts'
import { tasksSymbol } from '../coroutines.ts'
import { readCoroutines } from '../../toolchain/coroutineSection.ts'
import type { Image } from '../../toolchain/elf/image.ts'
import type { Deadlock } from './deadlocks.ts'
import { deadlocksIn, waitingThreads } from './deadlocks.ts'
import { Executive } from './executive.ts'
import type { ViewSource } from './executive.ts'
import { handlesOf } from './objects.ts'
import type { HandleView } from './objects.ts'
import { irpsOf } from './requests.ts'
import type { IrpView } from './requests.ts'
import type { PoolView } from './runtime.ts'
import { fiberTask, poolOf } from './runtime.ts'
import { hartsOf, threadsOf } from './threads.ts'
import type { HartView, ThreadView } from './threads.ts'
import { dpcQueuesOf, portsOf } from './units.ts'
import type { DpcQueueView, PortView } from './units.ts'
import { Waits } from './waits.ts'

export type { Deadlock } from './deadlocks.ts'
export type { Place } from './executive.ts'
export type { HandleView } from './objects.ts'
export type { IrpView } from './requests.ts'
export type { PoolView, WorkerView } from './runtime.ts'
export type { HartView, ThreadState, ThreadView } from './threads.ts'
export type { DpcQueueView, DpcView, PacketView, PortView } from './units.ts'

/** Who runs, and who could. */
export interface SchedulerView {
  harts: HartView[]
  /** Numbers of the threads that are ready, by falling priority. */
  ready: { priority: number; threads: number[] }[]
  /** The program's thread pool; undefined when it has none. */
  pool: PoolView | undefined
}

/** Views of one machine. All are empty when a program has the machine to itself. */
export class Views {
  readonly #source: ViewSource
  #executive: Executive | undefined
  #images: ViewSource['images'] = []

  constructor(source: ViewSource) {
    this.#source = source
  }

  threads(): ThreadView[] {
    return this.#ask(threadsOf, [])
  }

  ports(): PortView[] {
    return this.#ask(portsOf, [])
  }

  dpcQueues(): DpcQueueView[] {
    return this.#ask(dpcQueuesOf, [])
  }

  irps(): IrpView[] {
    return this.#ask(irpsOf, [])
  }

  handles(): HandleView[] {
    return this.#ask(handlesOf, [])
  }

  scheduler(): SchedulerView {
    const pool = this.#ask(() => poolOf(this.#source), undefined)
    return { harts: this.#ask(hartsOf, []), ready: byPriority(this.threads()), pool }
  }

  deadlocks(coroutines: readonly Coroutine[], program: Image | undefined): Deadlock[] {
    const workers = this.scheduler().pool?.threads ?? []
    const waits = new Waits(this.#source.memory, program ? readCoroutines(program) : [])
    const list = program?.symbols.find(({ name }) => name === tasksSymbol)
    return this.#ask(
      (executive) =>
        deadlocksIn({
          threads: waitingThreads(executive, this.threads(), workers),
          ...{ coroutines, waits, fibers: list ? waits.fibers(list.address) : [] },
          fiberTask: (fiber) => fiberTask(this.#source, fiber),
        }),
      [],
    )
  }

  /** The tables of an image are read once. */
  #ask<T>(view: (executive: Executive) => T, none: T): T {
    if (this.#images !== this.#source.images) {
      this.#images = this.#source.images
      this.#executive = Executive.of(this.#source)
    }
    return this.#executive === undefined ? none : view(this.#executive)
  }
}

function byPriority(threads: readonly ThreadView[]): SchedulerView['ready'] {
  const queues = new Map<number, number[]>()
  for (const { state, priority, number } of threads) {
    if (state !== 'ready') continue
    const queue = queues.get(priority) ?? []
    queues.set(priority, [...queue, number])
  }
  return [...queues]
    .sort(([a], [b]) => b - a)
    .map(([priority, numbers]) => ({ priority, threads: numbers }))
}
