/**
 * What the image says about its coroutines. In memory, each has a descriptor of four words: frame bytes, number of suspension
 * points, code address, zero; `__co_alloc` gets its address. For tools, the section `.nothread.coroutines` holds a JSON list of
 * CoroutineTable, which tells for every suspension the line, the resume address (word 0 of a frame that waits there) and the slots in use.
 */
import type { IrFunction } from '../ir/ir.ts'
import { FRAME_HEADER_BYTES } from '../passes/frameSlots.ts'
import { words } from './data.ts'
import type { Compiled } from './program.ts'
import { descriptorSymbol } from '../lower/context.ts'
import type { Text } from './text.ts'

export const DESCRIPTOR_BYTES = 16
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

export function descriptorBytes(fn: IrFunction, address: number): Uint8Array {
  const { frameBytes, states } = fn.coroutine!
  return words([frameBytes, states.length, address, 0])
}

export function coroutineTables(
  compiled: readonly Compiled[],
  resolve: (symbol: string) => number,
  text: Text,
): CoroutineTable[] {
  const tables: CoroutineTable[] = []
  compiled.forEach(({ fn }, i) => {
    const { coroutine } = fn
    if (coroutine === undefined) return
    const { address, code } = text.functions[i]
    tables.push({
      name: fn.name,
      address,
      descriptor: resolve(descriptorSymbol(fn.name)),
      frameBytes: coroutine.frameBytes,
      states: coroutine.states.map(({ line, slots }, k) => ({
        line,
        address: code.resumes[k].address,
        slots: [
          ...homeSlots(fn),
          ...slots.map(({ offset }) => ({ offset, bytes: WORD, name: `+${offset}` })),
        ],
      })),
    })
  })
  return tables
}

function homeSlots({ homes }: IrFunction): CoroutineState['slots'] {
  return (homes?.variables ?? []).map(({ name, word, words: count }) => ({
    offset: FRAME_HEADER_BYTES + WORD * word,
    bytes: WORD * count,
    // asc tells locals of the same name apart by their index.
    name: name.replace(/\|\d+$/, ''),
  }))
}
