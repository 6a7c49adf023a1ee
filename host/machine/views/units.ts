/** What the hardware units hold for the executive: queued DPCs, and completion ports with their packets and threads. */

import { dpcTable } from '../../../assembly/machine/devices/dpc/registers.table.ts'
import { portTable } from '../../../assembly/machine/devices/port/registers.table.ts'
import type { RegisterTable } from '../../../assembly/tables/types.ts'
import type { Executive } from './executive.ts'
import { handlesOf } from './objects.ts'

/** A DPC that waits in a queue. */
export interface DpcView {
  address: number
  /** Symbol of its routine. */
  routine: string
  context: number
  importance: 'low' | 'medium' | 'high' | 'medium high'
  arguments: [number, number]
}

/** The DPC queues of a hart. */
export interface DpcQueueView {
  hart: number
  /** A drain is under way, or has been asked for. */
  active: boolean
  requested: boolean
  /** Symbol of the routine that runs. */
  running: string | undefined
  /** Waiting DPCs, next one first. */
  ordinary: DpcView[]
  threaded: DpcView[]
}

/** A packet that waits in a port. */
export interface PacketView {
  address: number
  kind: 'request' | 'posted' | 'wait'
  key: number
  context: number
  status: number
  information: number
  /** Number of the operation it ends, 0 for a posted one. */
  operation: number
}

/** A completion port. */
export interface PortView {
  handle: number
  address: number
  /** The unit's number. */
  unit: number
  /** Most threads that shall run, and how many do. */
  concurrency: number
  active: number
  /** Oldest first. */
  packets: PacketView[]
  /** Numbers of the threads that wait, in the order in which they will be released. */
  waiting: number[]
}

const importances = ['low', 'medium', 'high', 'medium high'] as const
const packetKinds: Readonly<Record<string, PacketView['kind']>> = {
  'io/packet/PACKET_IRP': 'request',
  'io/packet/PACKET_POSTED': 'posted',
  'io/packet/PACKET_WAIT': 'wait',
}
const packetClass = 'io/packet/Packet'
const threadClass = 'ke/thread/Thread'
const dpcClass = 'ke/dpc/Dpc'

const status = { active: bitOf('ACTIVE'), requested: bitOf('REQUESTED') }
const packetLink = constantOf(portTable, 'PACKET_LINK')
const threadLink = constantOf(portTable, 'THREAD_LINK')
const dpcLink = constantOf(dpcTable, 'RECORD_LINK')
/** More records than RAM has room for mean that a list is broken. */
const mostRecords = 1 << 20

/** The DPC queues of all harts. */
export function dpcQueuesOf(executive: Executive): DpcQueueView[] {
  const { core, harts } = executive.source
  return Array.from({ length: harts }, (_, hart) => {
    const bits = core.dpcStatus(hart)
    const running = core.dpcRunning(hart) >>> 0
    return {
      hart,
      active: (bits & status.active) !== 0,
      requested: (bits & status.requested) !== 0,
      running: running === 0 ? undefined : executive.records.functionName(running),
      ordinary: dpcsFrom(executive, core.dpcFirst(hart, 0), core.dpcDepth(hart, 0)),
      threaded: dpcsFrom(executive, core.dpcFirst(hart, 1), core.dpcDepth(hart, 1)),
    }
  })
}

function dpcsFrom(executive: Executive, first: number, count: number): DpcView[] {
  const { records } = executive
  return linked(executive, first, dpcLink, count).map((address) => {
    const dpc = records.at(dpcClass, address)
    return {
      address,
      routine: records.functionName(dpc('routine')),
      context: dpc('context'),
      importance: importances[dpc('importance')] ?? 'medium',
      arguments: [dpc('argument1'), dpc('argument2')],
    }
  })
}

/** The ports that have a handle. */
export function portsOf(executive: Executive): PortView[] {
  const { core } = executive.source
  return handlesOf(executive)
    .filter(({ type }) => type === 'PORT')
    .map(({ handle, object }) => {
      const unit = executive.records.at('io/port/Port', object)('unit')
      const threads = core.portThreads(unit) >>> 0
      return {
        ...{ handle, address: object, unit },
        concurrency: threads >>> 16,
        active: threads & 0xffff,
        packets: packetsFrom(executive, core.portFirstPacket(unit)),
        waiting: waitersFrom(executive, core.portFirstWaiter(unit)),
      }
    })
}

/** A packet that was taken back stays in the unit until it comes to the front; it has none of the kinds. */
function packetsFrom(executive: Executive, first: number): PacketView[] {
  const kinds = new Map(
    Object.entries(packetKinds).map(([name, kind]) => [executive.records.constant(name), kind]),
  )
  return linked(executive, first, packetLink).flatMap((address) => {
    const packet = executive.records.at(packetClass, address)
    const kind = kinds.get(packet('kind'))
    if (kind === undefined) return []
    return {
      address,
      kind,
      key: packet('key'),
      context: packet('context'),
      status: packet('status'),
      information: packet('information'),
      operation: packet('operation'),
    }
  })
}

/** The unit's record is inside of the thread's. */
function waitersFrom(executive: Executive, first: number): number[] {
  const { records } = executive
  const inside = records.offset(threadClass, 'portLink')
  return linked(executive, first, threadLink).map((address) =>
    records.at(threadClass, address - inside)('number'),
  )
}

/** Addresses of the records of a unit's list. */
function linked({ source }: Executive, first: number, link: number, count = mostRecords): number[] {
  const found: number[] = []
  let address = first >>> 0
  while (address !== 0 && found.length < count) {
    found.push(address)
    address = source.memory.word(address + link)
  }
  return found
}

function constantOf({ constants }: RegisterTable, name: string): number {
  const found = constants?.find((constant) => constant.name === name)
  if (found === undefined) throw new Error(`the table has no constant ${name}`)
  return found.value
}

function bitOf(name: string): number {
  const field = dpcTable.registers
    .find((register) => register.name === 'STATUS')
    ?.bits?.find((candidate) => candidate.name === name)
  if (field === undefined) throw new Error(`STATUS has no field ${name}`)
  return 1 << field.lsb
}
