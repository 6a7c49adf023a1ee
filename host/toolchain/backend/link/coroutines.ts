/**
 * What the image says about its coroutines. In memory, each has a descriptor: four words with the bytes of a frame, the number of
 * suspension points, the code address and the length of the name; then resume address and line of every suspension point, by which the
 * runtime can say where a coroutine waits; then the name, as in the places of errors: `receive (echo.ts:`. `__co_alloc` gets the
 * descriptor's address. For tools, the section `.nothread.coroutines` holds a JSON list of CoroutineTable, which tells for every
 * suspension the line, the resume address (word 0 of a frame that waits there) and the slots in use.
 */
import type { FunctionCode } from '../emit/code.ts'
import { FRAME_HEADER_BYTES } from '../passes/frameSlots.ts'
import { words } from './data.ts'
import { descriptorSymbol } from '../lower/context.ts'
import type { PlacedFunction } from './text.ts'

const HEAD_BYTES = 16
const STATE_BYTES = 8
const WORD = 4

export interface CoroutineTable {
  /** Symbol of the function. */
  name: string
  /** Address of the code and of the descriptor. */
  address: number
  descriptor: number
  frameBytes: number
  states: CoroutineState[]
}

export interface CoroutineState {
  /** Argument of the `co.suspend`: the line of the await. */
  line: number
  /** Resume address. */
  address: number
  /** Words of the frame that are live here; in a debug build also every local under its name. */
  slots: { offset: number; bytes: number; name: string }[]
}

/** Bytes of a coroutine's descriptor, a multiple of the word. */
export function descriptorSize({ name, coroutine }: FunctionCode): number {
  const bytes = HEAD_BYTES + STATE_BYTES * coroutine!.states.length + placeName(name).length
  return Math.ceil(bytes / WORD) * WORD
}

export function descriptorBytes({ code, address }: PlacedFunction): Uint8Array {
  const { name, coroutine } = code
  const { frameBytes, states } = coroutine!
  const text = placeName(name)
  const places = states.flatMap(({ line, resume }) => [resume.address, line])
  const head = words([frameBytes, states.length, address, text.length, ...places])
  return Uint8Array.from([...head, ...text])
}

/** A symbol, which is the module's path and the function's name, as the places of errors have it. */
function placeName(symbol: string): Uint8Array {
  const slash = symbol.split('<', 1)[0].lastIndexOf('/')
  const name = symbol.slice(slash + 1).replace(/[~#]?anonymous\|\d+/g, ' (inner)')
  return new TextEncoder().encode(`${name.replace(/[#~]/g, '.')} (${symbol.slice(0, slash)}.ts:`)
}

export function coroutineTables(
  functions: readonly PlacedFunction[],
  resolve: (symbol: string) => number,
): CoroutineTable[] {
  return functions.flatMap(({ code, address }) => {
    const { name, coroutine } = code
    if (coroutine === undefined) return []
    const { frameBytes } = coroutine
    const states = coroutine.states.map(({ line, resume, slots }) => ({
      line,
      address: resume.address,
      slots: [
        ...homeSlots(code),
        ...slots.map(({ offset }) => ({ offset, bytes: WORD, name: `+${offset}` })),
      ],
    }))
    return [{ name, address, descriptor: resolve(descriptorSymbol(name)), frameBytes, states }]
  })
}

function homeSlots({ homes }: FunctionCode): CoroutineState['slots'] {
  return (homes?.variables ?? []).map(({ name, word, words: count }) => ({
    offset: FRAME_HEADER_BYTES + WORD * word,
    bytes: WORD * count,
    // asc tells locals of the same name apart by their index.
    name: name.replace(/\|\d+$/, ''),
  }))
}
