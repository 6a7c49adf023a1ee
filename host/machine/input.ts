/**
 * Everything that can enter a machine from outside while it runs. A run is a function of its image, its configuration and the list of
 * these; a recording is that list.
 */

import type { CoreExports } from './core.ts'
import { Memory } from './memory.ts'
import type { Cycle } from './time.ts'

export type Input =
  /** The last bit of a frame reaches the NIC. */
  | { kind: 'frame'; cycle: Cycle; bytes: Uint8Array }
  /** Bytes arrive at the UART. */
  | { kind: 'console'; cycle: Cycle; bytes: Uint8Array }
  /** The host calls function `index` of the program's spawn table. */
  | { kind: 'call'; cycle: Cycle; id: number; index: number; words: number[] }
  /** A stopped hart goes on at an address; nothing happens to one that is not stopped. */
  | { kind: 'start'; cycle: Cycle; hart: number; address: number }
  /** A hart stops. */
  | { kind: 'stop'; cycle: Cycle; hart: number }
  /** The host changes words of memory. */
  | { kind: 'poke'; cycle: Cycle; address: number; words: number[]; at?: Place }
  /** The host changes a register: 0 to 31 for x0 to x31, 32 for the pc. */
  | { kind: 'register'; cycle: Cycle; hart: number; index: number; value: number; at?: Place }

/** A change that the host makes between two runs. */
export type Change = Omitted<Extract<Input, { kind: 'poke' | 'register' }>>

type Omitted<T> = T extends unknown ? Omit<T, 'cycle' | 'at'> : never

/** Where within a cycle's work something was changed: in front of the hart's next step, when it had done so many. */
export interface Place {
  hart: number
  steps: number
}

/** Stands for the program counter where a register is named by number. */
const pcIndex = 32

/** Bytes of the core's buffers for a frame and for the words of a call. */
const longestFrame = 65_600
const mostArguments = 16

/** Hand an input to the core, which stands at its cycle, or sleeps before it. */
export function applyInput(core: CoreExports, input: Input): void {
  switch (input.kind) {
    case 'console':
      throw new Error('bytes for the console enter by the keyboard')
    case 'frame':
      new Uint8Array(core.memory.buffer, core.frameInput(), input.bytes.length).set(input.bytes)
      core.receiveFrame(BigInt(input.cycle), input.bytes.length)
      return
    case 'call':
      return postCall(core, input)
    case 'start':
      return core.startHart(input.hart, input.address, BigInt(input.cycle))
    case 'stop':
      return core.stopHart(input.hart)
    case 'poke':
      return poke(core, input)
    case 'register':
      if (input.index === pcIndex) core.setProgramCounter(input.hart, input.value)
      else core.setRegister(input.hart, input.index, input.value)
  }
}

function postCall(core: CoreExports, { cycle, id, index, words }: Input & { kind: 'call' }): void {
  const pointer = core.mailboxArguments()
  new Uint32Array(core.memory.buffer, pointer, words.length).set(words)
  core.mailboxPost(BigInt(cycle), id, index, words.length, pointer)
}

function poke(core: CoreExports, { address, words }: Input & { kind: 'poke' }): void {
  new Memory(core).poke(address, words)
  core.ramChanged()
}

/** An input as an object for JSON; bytes are hexadecimal. */
export function inputLine(input: Input): object {
  return 'bytes' in input ? { ...input, bytes: toHex(input.bytes) } : input
}

/** The input in an object from JSON; undefined when it is none. */
export function parseInput(value: unknown): Input | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { kind, cycle, bytes, id, index, words, hart, address } = value as Record<string, unknown>
  if (kind === 'poke' || kind === 'register') return parseChange(value as Record<string, unknown>)
  if (!isCount(cycle)) return undefined
  if ((kind === 'frame' || kind === 'console') && isHex(bytes)) {
    if (kind === 'frame' && bytes.length > 2 * longestFrame) return undefined
    return { kind, cycle, bytes: fromHex(bytes) }
  }
  if (kind === 'stop' && isCount(hart)) return { kind, cycle, hart }
  if (kind === 'start' && isCount(hart) && isCount(address)) return { kind, cycle, hart, address }
  const isCall = kind === 'call' && isCount(id) && isCount(index)
  if (!isCall || !isWords(words) || words.length > mostArguments) return undefined
  return { kind, cycle, id, index, words }
}

function parseChange(value: Record<string, unknown>): Input | undefined {
  const { kind, cycle, address, words, hart, index, value: word, at } = value
  const place = at === undefined ? {} : { at: parsePlace(at) }
  if (!isCount(cycle) || ('at' in place && place.at === undefined)) return undefined
  if (kind === 'poke' && isCount(address) && isWords(words)) {
    return { kind, cycle, address, words, ...place } as Input
  }
  if (kind !== 'register' || !isCount(hart) || !isCount(index) || !isCount(word)) return undefined
  return index > pcIndex
    ? undefined
    : ({ kind, cycle, hart, index, value: word, ...place } as Input)
}

function parsePlace(value: unknown): Place | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { hart, steps } = value as Record<string, unknown>
  return isCount(hart) && isCount(steps) ? { hart, steps } : undefined
}

function isWords(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isCount)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isHex(value: unknown): value is string {
  return typeof value === 'string' && /^(?:[0-9a-f]{2})*$/.test(value)
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    parseInt(text.slice(2 * i, 2 * i + 2), 16),
  )
}
