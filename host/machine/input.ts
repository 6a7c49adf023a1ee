/**
 * Everything that can enter a machine from outside while it runs. A run is a function of its image, its configuration and the list of
 * these; a recording is that list.
 */

import type { CoreExports } from './core.ts'
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

/** Hand an input to the core, which stands at its cycle, or sleeps before it. */
export function applyInput(core: CoreExports, input: Exclude<Input, { kind: 'console' }>): void {
  switch (input.kind) {
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
  }
}

function postCall(core: CoreExports, { cycle, id, index, words }: Input & { kind: 'call' }): void {
  const pointer = core.mailboxArguments()
  new Uint32Array(core.memory.buffer, pointer, words.length).set(words)
  core.mailboxPost(BigInt(cycle), id, index, words.length, pointer)
}

/** An input as an object for JSON; bytes are hexadecimal. */
export function inputLine(input: Input): object {
  return 'bytes' in input ? { ...input, bytes: toHex(input.bytes) } : input
}

/** The input in an object from JSON; undefined when it is none. */
export function parseInput(value: unknown): Input | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { kind, cycle, bytes, id, index, words, hart, address } = value as Record<string, unknown>
  if (!isCount(cycle)) return undefined
  if ((kind === 'frame' || kind === 'console') && isHex(bytes)) {
    return { kind, cycle, bytes: fromHex(bytes) }
  }
  if (kind === 'stop' && isCount(hart)) return { kind, cycle, hart }
  if (kind === 'start' && isCount(hart) && isCount(address)) return { kind, cycle, hart, address }
  const isCall = kind === 'call' && isCount(id) && isCount(index)
  if (!isCall || !Array.isArray(words) || !words.every(isCount)) return undefined
  return { kind, cycle, id, index, words }
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
