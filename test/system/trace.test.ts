/** One request, one id: from the await to the wire and back. */
import { expect, test } from 'vitest'
import type { Layer } from '../../assembly/tables/types.ts'
import { traceEcho } from './echo.ts'

const asyncRoad = [
  'syscall.enter',
  'irp.create',
  'irp.pending',
  'await.suspend',
  'wire.receive',
  'nic.receive',
  'nic.interrupt',
  'interrupt.raise',
  'isr.enter',
  'dpc.insert',
  'dpc.enter',
  'driver.receive',
  'irp.buffer',
  'irp.complete',
  'irp.packet',
  'port.insert',
  'packet.dequeue',
  'continuation.run',
  'await.resume',
]
// The driver copies the datagram, so that the request may be complete before the frame is on the wire.
const replyRoad = ['irp.create', 'irp.buffer', 'driver.transmit', 'nic.transmit', 'wire.transmit']

/** Under load one interrupt and one DPC may serve several frames, and the interrupt may be older than the frame. */
const shared = ['nic.interrupt', 'interrupt.raise', 'isr.enter', 'dpc.insert', 'dpc.enter']

/** What of `road` does not occur in `names` in this order, others allowed between. */
function missing(names: string[], road: string[]): string[] {
  let at = 0
  for (const name of names) if (name === road[at]) at++
  return road.slice(at)
}

test.each([
  { clients: 1, road: asyncRoad },
  { clients: 8, road: asyncRoad.filter((name) => !shared.includes(name)) },
])('every request of $clients clients is whole under its id', async ({ clients: count, road }) => {
  const { clients, answered } = await traceEcho('udp-echo.ts', count)
  expect(clients.latencies).toHaveLength(count * 4)
  expect(answered).toHaveLength(count * 4)
  for (const request of answered) {
    const [receive, send] = request.operations.map(({ records }) => records.map(({ name }) => name))
    expect(missing(receive, road)).toEqual([])
    expect(missing(send, replyRoad)).toEqual([])
  }
  expect(new Set(answered.map((request) => request.id)).size).toBe(count * 4)
})

test('a record of an operation knows its operation, and cycles never go back', async () => {
  const { joined, answered } = await traceEcho('udp-echo.ts')
  for (const { operations } of answered) {
    for (const operation of operations) {
      for (const record of operation.records) {
        expect(joined.operationsOf(record)).toContain(operation.id)
      }
      const cycles = operation.records.map((record) => record.cycle)
      expect(cycles).toEqual([...cycles].sort((a, b) => a - b))
    }
  }
})

test('the blocking echo has no completion-port event at all; its threads wait and are woken', async () => {
  const { records, answered } = await traceEcho('udp-echo-blocking.ts')
  const portLayer: Layer = 'port'
  expect(records.filter((record) => record.layer === portLayer)).toEqual([])
  expect(records.some((record) => record.name === 'irp.packet')).toBe(false)
  expect(answered).toHaveLength(32)
  for (const { operations } of answered) {
    const names = operations[0].records.map((record) => record.name)
    expect(names).toContain('irp.complete')
    expect(names.includes('irp.wake')).toBe(names.includes('irp.pending'))
  }
  const woken = answered.filter(({ operations }) =>
    operations[0].records.some((record) => record.name === 'irp.wake'),
  )
  expect(woken.length).toBeGreaterThan(0)
})
