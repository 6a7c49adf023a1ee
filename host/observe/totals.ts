import type { TraceRecord } from './decode.ts'
import { answeredRequests } from './operations.ts'
import type { Joined, Request } from './operations.ts'

/** What a whole run did, counted from its trace. */

export interface Totals {
  /** Requests that came over the wire and were answered. */
  requests: number
  /** Interrupts that a hart claimed at the controller. */
  interrupts: number
  dpcs: number
  /** Packets inserted into completion ports. */
  packets: number
  contextSwitches: number
  /** Awaits at which a coroutine suspended. */
  suspensions: number
}

const countedEvents = {
  dpcs: 'dpc.enter',
  packets: 'port.insert',
  contextSwitches: 'thread.switch',
  suspensions: 'await.suspend',
} as const

export function totalsOf(records: readonly TraceRecord[], joined: Joined): Totals {
  const counts = new Map<string, number>()
  let interrupts = 0
  for (const record of records) {
    counts.set(record.name, (counts.get(record.name) ?? 0) + 1)
    // A claim that returns 0 found nothing pending.
    if (record.name === 'interrupt.claim' && record.a !== 0) interrupts++
  }
  const count = (key: keyof typeof countedEvents) => counts.get(countedEvents[key]) ?? 0
  return {
    requests: answeredRequests(joined).length,
    interrupts,
    dpcs: count('dpcs'),
    packets: count('packets'),
    contextSwitches: count('contextSwitches'),
    suspensions: count('suspensions'),
  }
}

/** Cycles from the last bit of the question at the NIC to the first of the answer leaving it; null when either is missing. */
export function serviceCycles(request: Request): number | null {
  const arrival = request.records.find(({ name }) => name === 'wire.receive')
  const departure = request.records.findLast(({ name }) => name === 'wire.transmit')
  return arrival && departure ? departure.cycle - arrival.cycle : null
}
