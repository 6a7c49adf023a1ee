import type { Layer } from '../../assembly/tables/types.ts'
import type { Lane } from '../../host/observe/index.ts'

/** What the page says about lanes and layers: their colour (a CSS variable `--lane-…`) and what they are. */

export interface LaneNote {
  lane: Lane
  /** Name in CSS. */
  key: string
  note: string
}

export const laneNotes: readonly LaneNote[] = [
  { lane: 'wire', key: 'wire', note: 'frames on the link' },
  { lane: 'NIC', key: 'nic', note: 'copies frames by DMA' },
  { lane: 'interrupt', key: 'interrupt', note: 'the line and its service routine' },
  { lane: 'DPC', key: 'dpc', note: 'work put off from the interrupt' },
  { lane: 'driver', key: 'driver', note: 'NIC driver and UDP/IP' },
  { lane: 'port', key: 'port', note: 'finished requests in the completion port' },
  { lane: 'thread', key: 'thread', note: 'one pool thread for all requests' },
  { lane: 'coroutine', key: 'coroutine', note: 'your async function' },
]

/** The lane colour that a record's layer is shown in. */
export const layerKeys: Record<Layer, string> = {
  wire: 'wire',
  nic: 'nic',
  interrupt: 'interrupt',
  dpc: 'dpc',
  driver: 'driver',
  io: 'io',
  port: 'port',
  thread: 'thread',
  syscall: 'syscall',
  task: 'coroutine',
  machine: 'machine',
}

/** Events that tell the story; the others fill in how. */
export const keyEvents: ReadonlySet<string> = new Set([
  'syscall.enter',
  'irp.create',
  'await.suspend',
  'wire.receive',
  'nic.receive',
  'interrupt.raise',
  'isr.enter',
  'dpc.insert',
  'dpc.enter',
  'driver.receive',
  'irp.complete',
  'port.insert',
  'irp.wake',
  'thread.wait',
  'thread.switch',
  'packet.dequeue',
  'continuation.run',
  'await.resume',
  'driver.transmit',
  'nic.notify',
  'nic.transmit',
  'wire.transmit',
  'driver.sent',
])
