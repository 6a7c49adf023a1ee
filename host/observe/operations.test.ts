import { describe, expect, it } from 'vitest'
import {
  TASK,
  THREAD,
  arrive,
  blockingEcho,
  echo,
  park,
  receive,
  records,
  send,
} from '../../test/observe/synthetic.ts'
import type { Row } from '../../test/observe/synthetic.ts'
import { answeredRequests, joinOperations } from './operations.ts'
import type { Operation } from './operations.ts'

const names = (operation: Operation) => operation.records.map(({ name }) => name)

function join(rows: Row[]) {
  return joinOperations(records(rows))
}

describe('joinOperations, one echo', () => {
  const joined = join(echo(100, 1))
  const [received, sent] = joined.operations

  it('finds both operations and what they are', () => {
    expect(joined.operations.map(({ id, kind, frame }) => ({ id, kind, frame }))).toEqual([
      { id: 2, kind: 'receive', frame: 2 },
      { id: 3, kind: 'send', frame: 3 },
    ])
    expect(received).toMatchObject({ task: TASK, thread: THREAD, line: 8, status: 0 })
    expect(received.blocking).toBe(false)
  })

  it('gives the receive every record from its system call to its continuation', () => {
    expect(names(received)).toEqual([
      'trap.enter',
      'syscall.enter',
      'irp.create',
      'irp.pending',
      'syscall.exit',
      'trap.return',
      'operation.begin',
      'await.operation',
      'await.suspend',
      'wire.receive',
      'nic.receive',
      'nic.interrupt',
      'interrupt.raise',
      'hart.wake',
      'trap.enter',
      'interrupt.claim',
      'isr.enter',
      'interrupt.lower',
      'dpc.insert',
      'dpc.request',
      'interrupt.raise',
      'isr.exit',
      'interrupt.complete',
      'interrupt.claim',
      'dpc.pop',
      'dpc.enter',
      'driver.receive',
      'irp.buffer',
      'irp.complete',
      'irp.packet',
      'port.insert',
      'port.release',
      'interrupt.raise',
      'dpc.exit',
      'interrupt.claim',
      'thread.ready',
      'thread.switch',
      'syscall.exit',
      'trap.return',
      'packet.dequeue',
      'continuation.run',
      'await.resume',
    ])
  })

  it('gives the send the doorbell, the wire and the interrupt after it', () => {
    expect(names(sent)).toEqual(
      expect.arrayContaining([
        'driver.transmit',
        'nic.notify',
        'nic.transmit',
        'wire.transmit',
        'nic.interrupt',
        'isr.enter',
        'dpc.enter',
        'driver.sent',
        'irp.complete',
        'await.resume',
      ]),
    )
    expect(names(sent).filter((name) => name === 'nic.interrupt')).toHaveLength(1)
  })

  it('makes one request of the receive and the send that its continuation issued', () => {
    expect(sent.parent).toBe(received)
    expect(joined.requests).toHaveLength(1)
    expect(joined.requests[0]).toMatchObject({ id: 2, complete: true })
    expect(joined.requests[0].operations).toEqual([received, sent])
  })

  it('tells the operations of a record and nothing of foreign ones', () => {
    const arrival = received.records.find(({ name }) => name === 'wire.receive')
    expect(arrival && joined.operationsOf(arrival)).toEqual([2])
    const [foreign] = records([[1, 'timer.fire']])
    expect(joined.operationsOf(foreign)).toEqual([])
  })
})

describe('joinOperations, several requests', () => {
  it('starts a new request with each receive, although the loop issued it', () => {
    const joined = join([...echo(100, 1), ...echo(2000, 2), ...receive(4000, 6), ...park(4200)])
    expect(joined.requests.map(({ id, complete }) => ({ id, complete }))).toEqual([
      { id: 2, complete: true },
      { id: 4, complete: true },
      { id: 6, complete: false },
    ])
    expect(joined.operations[4].kind).toBe('receive')
    expect(answeredRequests(joined).map(({ id }) => id)).toEqual([2, 4])
  })

  it('shares one interrupt between two frames that it announced', () => {
    const second = 0x80c0_9000
    const rows = arrive(1000, 2, 2)
    const position = rows.findIndex(([, name]) => name === 'driver.receive')
    rows.splice(
      position,
      0,
      [1059, 'driver.receive', second, 70],
      [1059, 'irp.buffer', 9, second],
      [1059, 'irp.complete', 9, 0],
    )
    const before: Row[] = [
      [990, 'wire.receive', 9, 70],
      [995, 'nic.receive', 9, second, 0],
    ]
    const joined = join([...receive(100, 2), ...park(300), ...before, ...rows])
    const shared = records(rows).find(({ name }) => name === 'isr.enter')
    const owners = joined.operations
      .filter((operation) => operation.records.some((record) => record.name === shared?.name))
      .map(({ id }) => id)
    expect(owners).toEqual([2, 9])
  })

  it('leaves the interrupt out of a frame that arrived behind it and was drained with it', () => {
    const late = 0x80c0_9000
    const rows = arrive(1000, 2, 2)
    const position = rows.findIndex(([, name]) => name === 'irp.buffer')
    rows.splice(
      position,
      0,
      [1062, 'wire.receive', 9, 70],
      [1064, 'nic.receive', 9, late, 0],
      [1066, 'driver.receive', late, 70],
      [1067, 'irp.buffer', 9, late],
      [1068, 'irp.complete', 9, 0],
    )
    const joined = join([...receive(100, 2), ...park(300), ...rows])
    const operation = joined.operations.find(({ id }) => id === 9)
    expect(operation && names(operation)).toEqual([
      'wire.receive',
      'nic.receive',
      'driver.receive',
      'irp.buffer',
      'irp.complete',
      'dpc.exit',
    ])
  })

  it('joins a datagram that arrived before anyone asked for it', () => {
    const buffer = 0x80c0_9000
    const joined = join([
      [100, 'wire.receive', 9, 70],
      [120, 'nic.receive', 9, buffer, 0],
      [130, 'driver.receive', buffer, 70],
      [200, 'syscall.enter', 5, THREAD],
      [210, 'irp.create', 4, 0x80d0_0000],
      [220, 'irp.buffer', 4, buffer],
      [230, 'irp.complete', 4, 0],
      [240, 'syscall.exit', 5, 0],
    ])
    expect(names(joined.operations[0])).toEqual([
      'wire.receive',
      'nic.receive',
      'driver.receive',
      'syscall.enter',
      'irp.create',
      'irp.buffer',
      'irp.complete',
      'syscall.exit',
    ])
  })
})

describe('joinOperations, buffers', () => {
  const buffer = 0x80c0_0000
  const arp: Row[] = [
    [10, 'wire.receive', 1, 60],
    [20, 'nic.receive', 1, buffer, 0],
    [30, 'driver.receive', buffer, 60],
  ]
  const sending: Row[] = [
    [100, 'syscall.enter', 61, THREAD],
    [110, 'irp.create', 4, 0x80d0_0000],
    [120, 'irp.buffer', 4, buffer],
  ]

  it('takes a buffer that held a foreign frame for a send when it is transmitted', () => {
    const [operation] = join([
      ...arp,
      ...sending,
      [130, 'driver.transmit', buffer, 60],
      [140, 'nic.notify', 1],
      [150, 'irp.complete', 4, 0],
      [160, 'syscall.exit', 61, 0],
      [170, 'nic.transmit', 2, buffer, 1],
      [180, 'wire.transmit', 2, 60],
      [9000, 'driver.sent', buffer],
    ]).operations
    expect(operation).toMatchObject({ kind: 'send', frame: 2 })
    expect(names(operation)).toEqual([
      'syscall.enter',
      'irp.create',
      'irp.buffer',
      'driver.transmit',
      'nic.notify',
      'irp.complete',
      'syscall.exit',
      'nic.transmit',
      'wire.transmit',
    ])
  })

  it('keeps a send together that waits for the address of its neighbour', () => {
    const [operation] = join([
      ...sending,
      [130, 'irp.complete', 4, 0],
      [140, 'syscall.exit', 61, 0],
      [500, 'driver.transmit', buffer, 60],
      [510, 'nic.notify', 1],
      [520, 'nic.transmit', 2, buffer, 1],
      [530, 'wire.transmit', 2, 60],
    ]).operations
    expect(operation).toMatchObject({ kind: 'send', frame: 2 })
    expect(names(operation)).toContain('wire.transmit')
  })

  it('counts a timer as complete when its packet is queued, and names the tick that expired it', () => {
    const [operation] = join([
      [10, 'irp.create', 4, 0x100],
      [15, 'timer.fire', 0],
      [15, 'hart.wake', 0],
      [16, 'trap.enter', 0x8000_0007],
      [17, 'dpc.request', 0],
      [17, 'interrupt.raise', 32],
      [18, 'trap.return'],
      [19, 'trap.enter', 0x8000_000b],
      [19, 'interrupt.claim', 32, 0],
      [20, 'irp.packet', 4, 0x100],
      [21, 'port.insert', 1, 0x100, 0],
      [22, 'interrupt.complete', 32, 0],
    ]).operations
    expect(operation).toMatchObject({ kind: 'other', status: 0 })
    expect(names(operation)).toEqual([
      'irp.create',
      'timer.fire',
      'hart.wake',
      'trap.enter',
      'interrupt.raise',
      'trap.return',
      'trap.enter',
      'interrupt.claim',
      'irp.packet',
      'port.insert',
      'interrupt.complete',
    ])
  })
})

describe('joinOperations, several completions at once', () => {
  it('gives each task its own operation although both were taken from the port together', () => {
    const joined = join([
      [10, 'syscall.enter', 7, THREAD],
      [20, 'operation.begin', 4, 0x100],
      [21, 'await.operation', 4, 0x200],
      [22, 'operation.begin', 5, 0x101],
      [23, 'await.operation', 5, 0x201],
      [30, 'packet.dequeue', 4, THREAD],
      [31, 'packet.dequeue', 5, THREAD],
      [40, 'task.complete', 0x100],
      [41, 'continuation.run', 4, 0x200],
      [42, 'await.resume', 0x200, 9],
      [50, 'task.complete', 0x101],
      [51, 'continuation.run', 5, 0x201],
      [52, 'await.resume', 0x201, 9],
    ])
    for (const [operation, complete] of [
      [joined.operations[0], 40],
      [joined.operations[1], 50],
    ] as const) {
      const found = operation.records.filter(({ name }) => name === 'task.complete')
      expect(found.map(({ cycle }) => cycle)).toEqual([complete])
      expect(names(operation)).toContain('await.resume')
    }
  })
})

describe('joinOperations, blocking thread', () => {
  const joined = join([...blockingEcho(100, 4, 1), ...send(1300, 5, 7)])

  it('shows the wake of the thread and no port', () => {
    const [operation] = joined.operations
    expect(operation).toMatchObject({ kind: 'receive', blocking: true, task: 0, line: 0 })
    expect(names(operation)).toEqual(
      expect.arrayContaining(['thread.wait', 'irp.wake', 'thread.ready', 'syscall.exit']),
    )
    expect(operation.records.filter(({ layer }) => layer === 'port')).toEqual([])
  })

  it('links what the thread sends next', () => {
    expect(joined.operations[1].parent).toBe(joined.operations[0])
  })
})
