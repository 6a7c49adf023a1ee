/** What the core tells of a stop: what it has written, what was accessed, what went wrong. */

import type { Image } from '../toolchain/elf/image.ts'
import type { CoreExports } from './core.ts'
import type { Fault, WatchpointHit } from './report.ts'
import { describeFault, faultExitCodes } from './report.ts'
import type { Cycle } from './time.ts'

/** Values of a stop at a watchpoint (stops.table.ts): it was a read; from here on, a device accessed it. */
const byRead = 2
const byDevice = 3

/**
 * The first cycle at which something may enter after a stop that was not asked for. The instruction that caused it, and other harts,
 * have gone on a little; what entered earlier would not find the same state in a run that has no reason to stop here.
 */
export function behindStop(core: CoreExports, harts: number): Cycle {
  let latest = core.now()
  for (let hart = 0; hart < harts; hart++) {
    const time = core.hartTime(hart)
    if (time > latest) latest = time
  }
  return Number(latest) + 1
}

/** A copy of what the guest has written to the console since the last stop. */
export function consoleOutput(core: CoreExports): Uint8Array {
  const pointer = core.consolePointer() >>> 0
  const bytes = new Uint8Array(core.memory.buffer, pointer, core.consoleCount()).slice()
  core.consoleClear()
  return bytes
}

/** A copy of the frame that leaves. */
export function frameOutput(core: CoreExports): Uint8Array {
  const pointer = core.frameOutput() >>> 0
  return new Uint8Array(core.memory.buffer, pointer, core.frameOutputBytes()).slice()
}

export function watchpointHit(core: CoreExports): WatchpointHit {
  const by = core.stopValue()
  return {
    index: core.stopCode(),
    address: core.stopAddress() >>> 0,
    access: by === byRead ? 'read' : 'write',
    byDevice: by >= byDevice,
  }
}

/** A fault that nobody in the guest handles. */
export function faultOf(core: CoreExports, images: readonly Image[]): Fault {
  const [cause, pc, value] = [core.stopCode(), core.stopAddress(), core.stopValue()]
  return describeFault({ cause: cause >>> 0, pc: pc >>> 0, value: value >>> 0 }, images)
}

/** The fault that the executive reports by an exit code; undefined for a code of the program's own. */
export function reportedFault(
  core: CoreExports,
  exitCode: number,
  images: readonly Image[],
): Fault | undefined {
  if (faultExitCodes[exitCode] === undefined) return undefined
  const [cause, pc, value] = [0, 1, 2].map((index) => core.mailboxFault(index) >>> 0)
  const fault = describeFault({ cause, pc, value }, images)
  fault.message = `${faultExitCodes[exitCode]}: ${fault.message}`
  return fault
}
