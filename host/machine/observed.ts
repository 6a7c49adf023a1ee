/** The machine as it is watched: its trace, and what executive and coroutines are doing. Nothing here disturbs a run. */

import type { Image } from '../toolchain/elf/image.ts'
import type { CoreExports } from './core.ts'
import type { Coroutine } from './coroutines.ts'
import { liveCoroutines } from './coroutines.ts'
import type { EventFilter, EventStream } from './events.ts'
import { Hardware } from './hardware.ts'
import type { Configuration } from './options.ts'
import { readCoroutines } from '../toolchain/coroutineSection.ts'
import type { Cycle } from './time.ts'
import { cycleOfMtime } from './time.ts'
import type { Trace } from './traceLog.ts'
import { TraceLog } from './traceLog.ts'
import type { Deadlock, DpcQueueView, HandleView, IrpView, PortView } from './views/index.ts'
import type { SchedulerView, ThreadView } from './views/index.ts'
import { Views } from './views/index.ts'

export abstract class ObservedMachine extends Hardware {
  protected readonly traceLog: TraceLog
  readonly #traced: boolean
  readonly #views: Views

  protected constructor(core: CoreExports, configuration: Configuration, traced: boolean) {
    super(core, configuration)
    this.traceLog = new TraceLog(core)
    this.#traced = traced
    const images = () => this.images
    const cycles = () => this.cycles
    this.#views = new Views({
      core,
      ...{ harts: configuration.harts, clockHz: configuration.clockHz, memory: this.memory },
      get images() {
        return images()
      },
      get cycles() {
        return cycles()
      },
    })
  }

  /** Images in memory: the kernel's, if it is not in the program's, and those of the programs, the first one last. */
  abstract get images(): readonly Image[]

  /** Emulated cycles since reset. */
  abstract get cycles(): Cycle

  /** The coroutines that live now: where each is suspended, and the values it keeps. Disturbs nothing. */
  coroutines(): Coroutine[] {
    const image = this.images.at(-1)
    if (image === undefined) return []
    const operations = new Map(this.irps().map((irp) => [irp.operation, irp]))
    return liveCoroutines(image, readCoroutines(image), {
      memory: this.memory,
      cycleOf: (low) => cycleOfMtime(low, this.cycles, this.clockHz),
      describeOperation: (operation) => {
        const irp = operations.get(operation)
        return irp && `${irp.request} on ${irp.device}, operation ${operation}`
      },
    })
  }

  /** Threads of the executive, with what each waits for. */
  threads(): ThreadView[] {
    return this.#views.threads()
  }

  /** Completion ports that have a handle, with their packets and threads. */
  ports(): PortView[] {
    return this.#views.ports()
  }

  /** The DPC queues of every hart. */
  dpcQueues(): DpcQueueView[] {
    return this.#views.dpcQueues()
  }

  /** I/O requests under way. */
  irps(): IrpView[] {
    return this.#views.irps()
  }

  /** Open handles and their objects. */
  handles(): HandleView[] {
    return this.#views.handles()
  }

  /** Which threads run and which are ready, and the program's pool with its workers, queues and steals. */
  scheduler(): SchedulerView {
    return this.#views.scheduler()
  }

  /** Threads, coroutines and fibers that wait for each other in a circle, so that none of them will ever go on. */
  deadlocks(): Deadlock[] {
    return this.#views.deadlocks(this.coroutines(), this.images.at(-1))
  }

  /**
   * Trace records from now on, as they come: read them while somebody runs the machine. The loop ends with the guest. Throws when the
   * machine was made without `trace`.
   */
  events(filter: EventFilter = {}): EventStream {
    if (!this.#traced) throw new Error('events need a machine that is made with { trace: true }')
    return this.traceLog.watch(filter)
  }

  /** Trace records since the last call; none unless the machine was made with `trace`. */
  trace(): Trace {
    return this.traceLog.take()
  }
}
