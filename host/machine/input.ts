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

/** Hand a frame or call to the core, which stands at its cycle, or sleeps before it. */
export function applyInput(core: CoreExports, input: Exclude<Input, { kind: 'console' }>): void {
  if (input.kind === 'frame') {
    new Uint8Array(core.memory.buffer, core.frameInput(), input.bytes.length).set(input.bytes)
    core.receiveFrame(BigInt(input.cycle), input.bytes.length)
  } else {
    const pointer = core.mailboxArguments()
    new Uint32Array(core.memory.buffer, pointer, input.words.length).set(input.words)
    core.mailboxPost(BigInt(input.cycle), input.id, input.index, input.words.length, pointer)
  }
}
