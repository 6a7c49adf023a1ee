/** Runs to a place of one hart's course, forwards or backwards. */
import type { DebugTarget, StopEvent } from '../gdb/target.ts'
import { pcRegister } from '../gdb/target.ts'

/**
 * Goes on by `go` until the hart arrives at an address and `isIt` holds there, which is told as the end of a step. Any other stop ends it
 * too.
 */
export async function travelTo(
  target: DebugTarget,
  hart: number,
  address: number,
  isIt: () => boolean,
  go: () => Promise<StopEvent>,
): Promise<StopEvent> {
  target.setBreakpoint('hardware', address, 4)
  try {
    for (;;) {
      const event = await go()
      const isHere = event.hart === hart && target.register(hart, pcRegister) === address
      if (event.reason !== 'breakpoint' || !isHere) return event
      if (isIt()) return { reason: 'step', hart }
    }
  } finally {
    target.clearBreakpoint('hardware', address, 4)
  }
}
