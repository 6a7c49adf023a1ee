import { describe, expect, it } from 'vitest'
import type { Machine } from '../../host/machine/machine.ts'
import type { TraceRecord } from '../../host/observe/decode.ts'
import { testMachine } from './support.ts'

const cardSource = 1
const microsecond = 1000

/** Send datagrams to the listener at once; the trace of the next two milliseconds, and the cycle of the sending. */
async function burst(
  machine: Machine,
  count: number,
): Promise<{ records: readonly TraceRecord[]; began: number }> {
  const socket = machine.network.udp({ port: 6100 })
  machine.trace()
  const began = machine.cycles
  for (let i = 0; i < count; i++) socket.send(`datagram ${i}`)
  await machine.run({ for: '2ms' })
  return { records: machine.trace().records, began }
}

async function listener(parameters: Record<string, number>, harts = 1): Promise<Machine> {
  const machine = await testMachine('listener', { trace: true, parameters, harts })
  await machine.run({ until: { text: 'ready' }, for: '1s' })
  await machine.run({ for: '1ms' })
  return machine
}

const interrupts = (records: readonly TraceRecord[]) =>
  records.filter(({ name, a }) => name === 'isr.enter' && a === cardSource)

/** How many frames each run of a DPC has handed up. */
function framesPerDpc(records: readonly TraceRecord[]): number[] {
  const runs: number[] = []
  for (const { name } of records) {
    if (name === 'dpc.enter') runs.push(0)
    else if (name === 'driver.receive') runs[runs.length - 1]++
  }
  return runs.filter((frames) => frames > 0)
}

const moderated = { 'coalesce-packets': 10, 'coalesce-microseconds': 100 }

describe('the card and its driver', () => {
  it('S131: hand up no more than the limit in one run, and need one interrupt for all', async () => {
    const machine = await listener({ 'receive-limit': 4, ...moderated })
    const { records } = await burst(machine, 10)
    expect(framesPerDpc(records)).toEqual([4, 4, 2])
    expect(interrupts(records)).toHaveLength(1)
  })

  it('S127: interrupt for the tenth frame, or when the time is over', async () => {
    const machine = await listener(moderated)
    const full = await burst(machine, 10)
    expect(interrupts(full.records)).toHaveLength(1)
    expect(interrupts(full.records)[0].cycle - full.began).toBeLessThan(50 * microsecond)
    const few = await burst(machine, 3)
    expect(interrupts(few.records)).toHaveLength(1)
    const waited = interrupts(few.records)[0].cycle - few.began
    expect(waited).toBeGreaterThan(100 * microsecond)
    expect(waited).toBeLessThan(130 * microsecond)
    expect(framesPerDpc(few.records)).toEqual([3])
  })

  it('S127: interrupt for every frame without moderation', async () => {
    const machine = await listener({})
    for (const name of ['first', 'second']) {
      machine.network.udp({ port: 6100 }).send(name)
      machine.trace()
      await machine.run({ for: '1ms' })
      expect(interrupts(machine.trace().records)).toHaveLength(1)
    }
  })

  it('N6.4: spread connections over the harts', async () => {
    const machine = await listener({}, 4)
    const sockets = Array.from({ length: 16 }, () => machine.network.udp({ port: 6100 }))
    machine.trace()
    for (const round of [1, 2, 3]) for (const socket of sockets) socket.send(`round ${round}`)
    await machine.run({ for: '5ms' })
    const { records } = machine.trace()
    const received = records.filter(({ name }) => name === 'driver.receive')
    expect(received).toHaveLength(48)
    expect(new Set(received.map(({ hart }) => hart)).size).toBe(4)
  })
})
