/**
 * The coroutines that live in a machine, read from guest memory by the compiler's table. A frame's first word is the address at
 * which it goes on; the table says which source line that is and which values the frame keeps meanwhile.
 */

import type { Image } from '../toolchain/elf/image.ts'
import type { Memory } from './memory.ts'

/** A value that is kept over a suspension. */
export interface FrameSlot {
  /** Name in the source; the offset stands in where it is not known. */
  name?: string
  /** Bytes from the start of the frame. */
  offset: number
  /** 4 unless given. */
  bytes?: number
}

/** A place at which a coroutine can be suspended. */
export interface SuspensionState {
  index: number
  line: number
  /** Where the coroutine goes on. */
  address: number
  slots: FrameSlot[]
}

/** An async function, as the compiler describes it. */
export interface CoroutineTable {
  name: string
  file: string
  /** What identifies the function in a frame. */
  descriptor: number
  frameBytes: number
  states: SuspensionState[]
}

/** A coroutine that is suspended now. */
export interface Coroutine {
  /** Address of the frame, which is the task. */
  frame: number
  name: string
  file: string
  /** Line of the await. */
  line: number
  /** Number of the I/O operation it waits for, or 0. */
  operation: number
  /** Frame of the task it waits for, or 0. */
  awaited: number
  /** Kept values by name; 64-bit ones as two words, low first. */
  values: { name: string; words: number[] }[]
}

/** The runtime's circular list of live tasks begins and ends at a task that is none. */
const listSymbol = '__tasks'
/** Words of a task's header (`assembly/guest/runtime`). */
const header = { resume: 0, operation: 12, next: 16, awaited: 24 } as const
/** More frames than RAM can hold mean that the list is broken. */
const mostFrames = 1 << 20

/** Suspended coroutines in the runtime's order. */
export function liveCoroutines(
  image: Image,
  tables: readonly CoroutineTable[],
  memory: Memory,
): Coroutine[] {
  const list = image.symbols.find(({ name }) => name === listSymbol)
  if (list === undefined) return []
  const byAddress = new Map(
    tables.flatMap((table) => table.states.map((state) => [state.address, { table, state }])),
  )
  const found: Coroutine[] = []
  let frame = memory.word(list.address + header.next)
  for (let count = 0; frame !== list.address && count < mostFrames; count++) {
    const place = byAddress.get(memory.word(frame + header.resume))
    if (place !== undefined) found.push(describe(frame, place.table, place.state, memory))
    frame = memory.word(frame + header.next)
  }
  return found
}

function describe(
  frame: number,
  table: CoroutineTable,
  state: SuspensionState,
  memory: Memory,
): Coroutine {
  const values = state.slots.map(({ offset, name = `+${offset}`, bytes = 4 }) => ({
    name,
    words: memory.words(frame + offset, Math.ceil(bytes / 4)),
  }))
  return {
    frame,
    name: table.name,
    file: table.file,
    line: state.line,
    operation: memory.word(frame + header.operation),
    awaited: memory.word(frame + header.awaited),
    values,
  }
}
