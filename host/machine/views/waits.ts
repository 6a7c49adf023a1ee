/**
 * What a program's runtime knows of its waits: who holds a mutex of coroutines, what a fiber waits for, and which coroutines run on a thread. Words
 * are those of `assembly/guest/runtime/{task,holder}.ts`.
 */
import type { CoroutineTable } from '../../toolchain/backend/link/coroutines.ts'
import type { Memory } from '../memory.ts'

/** Words of a task, and of the record of a mutex's holder. */
const task = { resume: 0, descriptor: 4, waiter: 8, next: 16, awaited: 24 } as const
const holder = { thread: 16, fiber: 20, frame: 24 } as const
/** Descriptor of such a record. */
const leadsOn = 1
/** Values of the waiter's word from 1 to here mean that the task is over. */
const overStates = 4

/** What a wait leads to: the block of a thread, a fiber, or a coroutine's frame. */
export interface Wait {
  kind: 'thread' | 'fiber' | 'coroutine'
  address: number
}

/** More tasks than RAM can hold mean that their list is broken. */
const mostTasks = 1 << 20

export class Waits {
  readonly #memory: Memory
  readonly #names: ReadonlyMap<number, string>

  constructor(memory: Memory, tables: readonly CoroutineTable[]) {
    this.#memory = memory
    this.#names = new Map(tables.map(({ descriptor, name }) => [descriptor, shortName(name)]))
  }

  /** Who has to do something before a task is over; undefined if that is nobody inside of the program. */
  behind(address: number): Wait | undefined {
    if (this.nameOf(address) !== undefined) return { kind: 'coroutine', address }
    const record = this.#word(address + task.awaited)
    if (record === 0 || this.#word(record + task.descriptor) !== leadsOn) return undefined
    return this.#holderIn(record)
  }

  #holderIn(record: number): Wait | undefined {
    const frame = this.#word(record + holder.frame)
    if (frame !== 0) {
      return this.nameOf(frame) === undefined ? undefined : { kind: 'coroutine', address: frame }
    }
    const fiber = this.#word(record + holder.fiber)
    if (fiber !== 0) return { kind: 'fiber', address: fiber }
    const thread = this.#word(record + holder.thread)
    return thread === 0 ? undefined : { kind: 'thread', address: thread }
  }

  /** Fibers on which a task of the list depends, from the address of the list's head. */
  fibers(list: number): number[] {
    const found = new Set<number>()
    let next = this.#word(list + task.next)
    for (let count = 0; next !== list && next !== 0 && count < mostTasks; count++) {
      const wait = this.behind(next)
      if (wait?.kind === 'fiber') found.add(wait.address)
      next = this.#word(next + task.next)
    }
    return [...found]
  }

  /** Function of a coroutine that is not over; undefined for anything else. */
  nameOf(frame: number): string | undefined {
    const waiter = this.#word(frame + task.waiter)
    const isOver = waiter >= 1 && waiter <= overStates
    return isOver ? undefined : this.#names.get(this.#word(frame + task.descriptor))
  }

  /** Whether a coroutine runs now, so that its frame's address is in a register or on the stack of a thread. */
  isRunning(frame: number): boolean {
    return this.nameOf(frame) !== undefined && this.#word(frame + task.resume) === 0
  }

  /** Whether a part of memory holds a word. */
  holds(word: number, start: number, end: number): boolean {
    if (start >= end || !this.#memory.holds(start, end - start)) return false
    return this.#memory.words(start, (end - start) >> 2).includes(word)
  }

  #word(address: number): number {
    return this.#memory.holds(address, 4) ? this.#memory.word(address) : 0
  }
}

/** A symbol without its file. */
function shortName(symbol: string): string {
  return symbol.slice(symbol.split('<', 1)[0].lastIndexOf('/') + 1)
}
