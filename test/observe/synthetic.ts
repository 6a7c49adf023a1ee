import { traceEvents } from '../../assembly/tables/trace.table.ts'
import { RECORD_BYTES, decodeTrace } from '../../host/observe/decode.ts'
import type { TraceRecord } from '../../host/observe/decode.ts'

/** Traces written by hand, for tests of the observer: `[cycle, name, a, b, c]`, all on hart 0 unless a sixth word says otherwise. */
export type Row = [cycle: number, name: string, a?: number, b?: number, c?: number, hart?: number]

const kinds = new Map(traceEvents.map((event) => [event.name, event.id]))

export function encodeTrace(rows: Row[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(rows.length * RECORD_BYTES))
  rows.forEach(([cycle, name, a = 0, b = 0, c = 0, hart = 0], index) => {
    const kind = kinds.get(name)
    if (kind === undefined) throw new Error(`no trace event ${name}`)
    const offset = index * RECORD_BYTES
    view.setBigUint64(offset, BigInt(cycle), true)
    view.setUint16(offset + 8, kind, true)
    view.setUint8(offset + 10, hart)
    view.setUint32(offset + 12, a, true)
    view.setUint32(offset + 16, b, true)
    view.setUint32(offset + 20, c, true)
    view.setUint32(offset + 24, 0x8000_0000 + index * 4, true)
  })
  return new Uint8Array(view.buffer)
}

export function records(rows: Row[]): TraceRecord[] {
  return decodeTrace(encodeTrace(rows))
}

export const THREAD = 0x80f0_1000
export const IDLE = 0x80f0_0000
export const TASK = 0x8050_0100
const NIC_LINE = 1
const DPC_LINE = 32
const PORT_LINE = 40
const PORT = 1
const NIC_DPC = 0x80e0_0040
const EXTERNAL = 0x8000_000b
const USER_CALL = 8
const RECEIVE_CALL = 5
const SEND_CALL = 6
const REMOVE_CALL = 7

const packetOf = (operation: number) => 0x80d0_0000 + operation * 0x80
const receiveBuffer = (frame: number) => 0x80c0_0000 + frame * 0x800
const transmitBuffer = (frame: number) => 0x80c8_0000 + frame * 0x800

/** A thread makes an operation by system call and its task suspends on it. */
export function issue(
  at: number,
  operation: number,
  call: number,
  line: number,
  rest: Row[] = [],
): Row[] {
  return [
    [at, 'trap.enter', USER_CALL],
    [at + 10, 'syscall.enter', call, THREAD],
    [at + 20, 'irp.create', operation, packetOf(operation)],
    ...rest,
    [at + 60, 'irp.pending', operation, packetOf(operation)],
    [at + 70, 'syscall.exit', call, 0x103],
    [at + 80, 'trap.return'],
    [at + 90, 'operation.begin', operation, TASK],
    [at + 95, 'await.operation', operation, TASK],
    [at + 100, 'await.suspend', TASK, line],
  ]
}

export const receive = (at: number, operation: number): Row[] =>
  issue(at, operation, RECEIVE_CALL, 8)

export const send = (at: number, operation: number, frame: number): Row[] => [
  ...issue(at, operation, SEND_CALL, 9, [
    [at + 30, 'driver.transmit', transmitBuffer(frame), 70],
    [at + 31, 'irp.buffer', operation, transmitBuffer(frame)],
    [at + 40, 'nic.notify', 1],
  ]),
  [at + 110, 'nic.transmit', frame, transmitBuffer(frame), 1],
  [at + 150, 'wire.transmit', frame, 70],
]

/** The thread finds nothing more to do and parks on its port; the hart sleeps. */
export const park = (at: number): Row[] => [
  [at, 'trap.enter', USER_CALL],
  [at + 5, 'syscall.enter', REMOVE_CALL, THREAD],
  [at + 10, 'port.park', PORT, THREAD],
  [at + 11, 'thread.wait', THREAD, PORT],
  [at + 20, 'thread.switch', THREAD, IDLE],
  [at + 25, 'hart.sleep', 0],
]

/** Interrupt, service routine and the start of the DPC. */
const interrupt = (at: number): Row[] => [
  [at, 'nic.interrupt', 0, 1],
  [at, 'interrupt.raise', NIC_LINE],
  [at, 'hart.wake', 0],
  [at + 4, 'trap.enter', EXTERNAL],
  [at + 8, 'interrupt.claim', NIC_LINE, 0],
  [at + 10, 'isr.enter', NIC_LINE, 5],
  [at + 14, 'interrupt.lower', NIC_LINE],
  [at + 16, 'dpc.insert', NIC_DPC, 0, 1],
  [at + 16, 'dpc.request', 0],
  [at + 16, 'interrupt.raise', DPC_LINE],
  [at + 20, 'isr.exit', NIC_LINE, 1],
  [at + 22, 'interrupt.complete', NIC_LINE, 0],
  [at + 30, 'interrupt.claim', DPC_LINE, 0],
  [at + 32, 'dpc.pop', NIC_DPC, 0, 0],
  [at + 33, 'dpc.enter', NIC_DPC],
]

/** The completion goes through the port to the parked thread, which resumes the task. */
const complete = (at: number, operation: number): Row[] => [
  [at, 'irp.complete', operation, 0],
  [at + 2, 'irp.packet', operation, packetOf(operation)],
  [at + 3, 'port.insert', PORT, packetOf(operation), THREAD],
  [at + 3, 'port.release', PORT, THREAD, packetOf(operation)],
  [at + 3, 'interrupt.raise', PORT_LINE],
]

const resume = (at: number, operation: number, line: number): Row[] => [
  [at, 'dpc.exit', NIC_DPC],
  [at + 2, 'interrupt.claim', PORT_LINE, 0],
  [at + 4, 'thread.ready', THREAD, operation],
  [at + 10, 'thread.switch', IDLE, THREAD],
  [at + 16, 'syscall.exit', REMOVE_CALL, 0],
  [at + 18, 'trap.return'],
  [at + 24, 'packet.dequeue', operation],
  [at + 30, 'continuation.run', operation, TASK],
  [at + 34, 'await.resume', TASK, line],
]

/** The arrival of a frame up to the resumption of the task that waits for it. */
export const arrive = (at: number, operation: number, frame: number): Row[] => [
  [at, 'wire.receive', frame, 70],
  [at + 20, 'nic.receive', frame, receiveBuffer(frame), 0],
  ...interrupt(at + 25),
  [at + 60, 'driver.receive', receiveBuffer(frame), 70],
  [at + 70, 'irp.buffer', operation, receiveBuffer(frame)],
  ...complete(at + 72, operation),
  ...resume(at + 80, operation, 8),
]

/** The interrupt after a frame has left, up to the resumption. */
export const leave = (at: number, operation: number, frame: number): Row[] => [
  ...interrupt(at),
  [at + 40, 'driver.sent', transmitBuffer(frame)],
  ...complete(at + 44, operation),
  ...resume(at + 55, operation, 9),
]

/** One echo: operation `2n` receives, operation `2n + 1` answers; the thread parks between. */
export const echo = (at: number, round: number): Row[] => [
  ...receive(at, 2 * round),
  ...park(at + 200),
  ...arrive(at + 1000, 2 * round, 2 * round),
  ...send(at + 1200, 2 * round + 1, 2 * round + 1),
  ...park(at + 1400),
  ...leave(at + 1500, 2 * round + 1, 2 * round + 1),
]

/** A blocking echo: the same devices, no port. */
export const blockingEcho = (at: number, operation: number, frame: number): Row[] => [
  [at, 'trap.enter', USER_CALL],
  [at + 10, 'syscall.enter', RECEIVE_CALL, THREAD],
  [at + 20, 'irp.create', operation, packetOf(operation)],
  [at + 60, 'irp.pending', operation, packetOf(operation)],
  [at + 70, 'thread.wait', THREAD, packetOf(operation)],
  [at + 80, 'thread.switch', THREAD, IDLE],
  [at + 1000, 'wire.receive', frame, 70],
  [at + 1020, 'nic.receive', frame, receiveBuffer(frame), 0],
  ...interrupt(at + 1025),
  [at + 1060, 'driver.receive', receiveBuffer(frame), 70],
  [at + 1070, 'irp.buffer', operation, receiveBuffer(frame)],
  [at + 1072, 'irp.complete', operation, 0],
  [at + 1074, 'irp.wake', operation, THREAD],
  [at + 1075, 'thread.ready', THREAD, operation],
  [at + 1080, 'dpc.exit', NIC_DPC],
  [at + 1090, 'thread.switch', IDLE, THREAD],
  [at + 1100, 'syscall.exit', RECEIVE_CALL, 0],
  [at + 1110, 'trap.return'],
]
