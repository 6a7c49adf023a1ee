/**
 * The coroutines that live in a machine, read from guest memory by the compiler's table. A frame's first word is the address at
 * which it goes on; the table says which source line that is and which words the frame keeps meanwhile.
 */

import type { CoroutineTable } from '../toolchain/backend/link/coroutines.ts'
import type { Image } from '../toolchain/elf/image.ts'
import type { Memory } from './memory.ts'
import type { Cycle } from './time.ts'

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
  /** `waiting`, or `ready` when what it waited for is over and it is queued to go on. */
  state: 'waiting' | 'ready'
  /** Cycle at which it was suspended, exact to 100 ns. */
  since: Cycle
  /** Number of the I/O operation it waits for, or 0. */
  operation: number
  /** Frame of the task it waits for, or 0. */
  awaited: number
  /** What it waits for in words: a request, another coroutine, or a task. */
  waitsFor: string
  /** Frames of the coroutines that wait for this one, directly or through others, the nearest first. */
  awaiters: number[]
  /** The values it keeps, under their names where these are known; a value of 64 bits is two words, low first. */
  kept: { name: string; words: number[] }[]
}

/** The runtime's circular list of live tasks begins and ends at a task that is none. */
export const tasksSymbol = '__tasks'
/** Words of a task's header (`assembly/guest/runtime`). */
const header = {
  ...{ resume: 0, descriptor: 4, waiter: 8 },
  /** Of a coroutine the time at which it was suspended, of another task the number of its operation. */
  ...{ operation: 12, since: 12 },
  ...{ next: 16, awaited: 24 },
} as const
/** Descriptor of records that only lead on to a frame, as that of a mutex does to its holder. */
const leadsOn = 1
/** Values of the waiter's word from 1 to here mean that the task is over. */
const overStates = 4
/** More frames than RAM can hold mean that the list is broken. */
const mostFrames = 1 << 20

type CoroutineSlot = CoroutineTable['states'][number]['slots'][number]
type Place = Pick<Coroutine, 'name' | 'file' | 'line'> & { slots: CoroutineSlot[] }

/** What the machine knows beside the frames. */
export interface Surroundings {
  memory: Memory
  /** The cycle at which mtime had this low word. */
  cycleOf: (mtimeLow: number) => Cycle
  /** An I/O operation in words, if it is under way. */
  describeOperation: (operation: number) => string | undefined
}

/** A coroutine, and the frame that holds the mutex it waits for, or 0. */
interface Found {
  coroutine: Coroutine
  holder: number
}

/** Suspended coroutines in the runtime's order. */
export function liveCoroutines(
  image: Image,
  tables: readonly CoroutineTable[],
  surroundings: Surroundings,
): Coroutine[] {
  const { memory } = surroundings
  const list = image.symbols.find(({ name }) => name === tasksSymbol)
  if (list === undefined) return []
  const places = placesOf(tables)
  const found: Found[] = []
  let frame = memory.word(list.address + header.next)
  // Before the runtime has begun the list is all zeros.
  for (let count = 0; frame !== list.address && frame !== 0 && count < mostFrames; count++) {
    const place = places.get(memory.word(frame + header.resume))
    if (place !== undefined) found.push(describe(frame, place, surroundings))
    frame = memory.word(frame + header.next)
  }
  return linked(found)
}

/** Coroutines with who awaits whom; who waits for a mutex waits for the coroutine that holds it. */
function linked(found: readonly Found[]): Coroutine[] {
  const byFrame = new Map(found.map(({ coroutine }) => [coroutine.frame, coroutine]))
  const coroutines = found.map(({ coroutine, holder }) => {
    const held = byFrame.get(holder)
    const awaited = held ?? byFrame.get(coroutine.awaited)
    if (awaited === undefined) return coroutine
    const waitsFor = `${held ? 'a mutex of ' : ''}${awaited.name} at line ${awaited.line}`
    return { ...coroutine, awaited: awaited.frame, waitsFor }
  })
  const awaitersOf = new Map<number, number[]>()
  for (const { frame, awaited } of coroutines) {
    const known = awaitersOf.get(awaited)
    if (known) known.push(frame)
    else awaitersOf.set(awaited, [frame])
  }
  return coroutines.map((coroutine) => ({
    ...coroutine,
    awaiters: allAwaiters(coroutine.frame, awaitersOf),
  }))
}

/** Those that wait for a frame, directly or through others, the nearest first. */
function allAwaiters(frame: number, awaitersOf: ReadonlyMap<number, number[]>): number[] {
  const found = new Set(awaitersOf.get(frame))
  for (const awaiter of found) {
    for (const next of awaitersOf.get(awaiter) ?? []) found.add(next)
  }
  found.delete(frame)
  return [...found]
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

function describe(
  frame: number,
  { slots, ...place }: Place,
  { memory, cycleOf, describeOperation }: Surroundings,
): Found {
  const awaited = memory.word(frame + header.awaited)
  const isCoroutine = awaited === 0 || memory.word(awaited + header.descriptor) !== 0
  const operation = isCoroutine ? 0 : memory.word(awaited + header.operation)
  const isOver = awaited !== 0 && isOverState(memory.word(awaited + header.waiter))
  const task = awaited === 0 ? '' : `task 0x${awaited.toString(16)}`
  const kept = slots.map(({ name, offset, bytes }) => ({
    name,
    words: memory.words(frame + offset, bytes / 4),
  }))
  const coroutine: Coroutine = {
    frame,
    ...place,
    state: isOver ? 'ready' : 'waiting',
    since: cycleOf(memory.word(frame + header.since)),
    operation,
    awaited,
    waitsFor: operation === 0 ? task : (describeOperation(operation) ?? `operation ${operation}`),
    awaiters: [],
    kept,
  }
  return { coroutine, holder: isCoroutine ? 0 : holderOf(memory, awaited) }
}

/** The frame that a task depends on through a record that leads on; 0 if there is none. */
function holderOf(memory: Memory, task: number): number {
  const record = memory.word(task + header.awaited)
  if (record === 0 || memory.word(record + header.descriptor) !== leadsOn) return 0
  return memory.word(record + header.awaited)
}

function isOverState(waiter: number): boolean {
  return waiter >= 1 && waiter <= overStates
}
