/**
 * The coroutines that live in a machine, read from guest memory by the compiler's table. A frame's first word is the address at
 * which it goes on; the table says which source line that is and which words the frame keeps meanwhile.
 */

import type { CoroutineTable } from '../toolchain/backend/link/coroutines.ts'
import type { Image } from '../toolchain/elf/image.ts'
import type { Memory } from './memory.ts'

/** A coroutine that is suspended now. */
export interface Coroutine {
  /** Address of the frame, which is the task. */
  frame: number
  /** The function's name in its file. */
  name: string
  /** Source file, relative to the program's. */
  file: string
  /** Line of the await. */
  line: number
  /** Number of the I/O operation it waits for, or 0. */
  operation: number
  /** Frame of the task it waits for, or 0. */
  awaited: number
  /** The values it keeps, under their names where these are known; a value of 64 bits is two words, low first. */
  kept: { name: string; words: number[] }[]
}

/** The runtime's circular list of live tasks begins and ends at a task that is none. */
const listSymbol = '__tasks'
/** Words of a task's header (`assembly/guest/runtime`). */
const header = { resume: 0, descriptor: 4, operation: 12, next: 16, awaited: 24 } as const
/** More frames than RAM can hold mean that the list is broken. */
const mostFrames = 1 << 20

type CoroutineSlot = CoroutineTable['states'][number]['slots'][number]
type Place = Omit<Coroutine, 'frame' | 'operation' | 'awaited' | 'kept'> & {
  slots: CoroutineSlot[]
}

/** Suspended coroutines in the runtime's order. */
export function liveCoroutines(
  image: Image,
  tables: readonly CoroutineTable[],
  memory: Memory,
): Coroutine[] {
  const list = image.symbols.find(({ name }) => name === listSymbol)
  if (list === undefined) return []
  const places = placesOf(tables)
  const found: Coroutine[] = []
  let frame = memory.word(list.address + header.next)
  for (let count = 0; frame !== list.address && count < mostFrames; count++) {
    const place = places.get(memory.word(frame + header.resume))
    if (place !== undefined) found.push(describe(frame, place, memory))
    frame = memory.word(frame + header.next)
  }
  return found
}

/** Every place at which a coroutine can be suspended, by the address at which it goes on. */
function placesOf(tables: readonly CoroutineTable[]): Map<number, Place> {
  const places = new Map<number, Place>()
  for (const { name: symbol, states } of tables) {
    // The symbol is the module's path and the function's name; type arguments may hold paths too.
    const slash = symbol.split('<', 1)[0].lastIndexOf('/')
    const [file, name] = [`${symbol.slice(0, slash)}.ts`, symbol.slice(slash + 1)]
    for (const { address, line, slots } of states) {
      places.set(address, { name, file, line, slots })
    }
  }
  return places
}

function describe(frame: number, { slots, ...place }: Place, memory: Memory): Coroutine {
  const awaited = memory.word(frame + header.awaited)
  // In a coroutine that word is the time at which it was suspended.
  const isCoroutine = awaited === 0 || memory.word(awaited + header.descriptor) !== 0
  const operation = isCoroutine ? 0 : memory.word(awaited + header.operation)
  const kept = slots.map(({ name, offset, bytes }) => ({
    name,
    words: memory.words(frame + offset, bytes / 4),
  }))
  return { frame, ...place, operation, awaited, kept }
}
