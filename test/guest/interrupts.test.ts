/** The shipped programs about interrupts and DPCs: how often the card interrupts, and how long the second half waits. */
import { describe, expect, test } from 'vitest'
import type { TraceRecord } from '../../host/observe/decode.ts'
import { compileShipped, machineWith } from './programs.ts'

const cardSource = 1
const microsecond = 1000

interface Load {
  records: readonly TraceRecord[]
  /** Cycles from request to answer, ascending. */
  latencies: number[]
}

/** Trace and latencies of a load on a shipped program that listens on port 7. */
async function underLoad(
  name: string,
  parameters: Record<string, number>,
  clients: { count: number; requests: number },
): Promise<Load> {
  const machine = await machineWith(await compileShipped(name), { trace: true, parameters })
  await machine.run({ until: { text: '\n' }, for: '10ms' })
  machine.trace()
  const load = machine.network.clients({ port: 7, ...clients })
  await machine.run({ until: () => load.finished, for: '200ms' })
  expect(load.counts.answers).toBe(clients.count * clients.requests)
  const latencies = [...load.latencies].sort((a, b) => a - b)
  return { records: machine.trace().records, latencies }
}

const isInterrupt = ({ name, a }: TraceRecord): boolean => name === 'isr.enter' && a === cardSource

/** Cycles from each interrupt of the card to the next DPC. */
function delays(records: readonly TraceRecord[]): number[] {
  return records.flatMap((record, index) => {
    if (!isInterrupt(record)) return []
    const dpc = records.slice(index).find(({ name }) => name === 'dpc.enter')
    return dpc ? [dpc.cycle - record.cycle] : []
  })
}

describe('interrupt-moderation', () => {
  const moderated = { 'coalesce-packets': 8, 'coalesce-microseconds': 40 }

  test('many clients: fewer interrupts for the same answers', async () => {
    const many = { count: 16, requests: 10 }
    const plain = await underLoad('interrupt-moderation', {}, many)
    const held = await underLoad('interrupt-moderation', moderated, many)
    const [before, behind] = [plain, held].map(({ records }) => records.filter(isInterrupt).length)
    expect(before).toBeGreaterThan(0)
    expect(behind).toBeLessThan(before / 2)
  })

  test('a client that is alone waits for the end of the time', async () => {
    const alone = { count: 1, requests: 5 }
    const plain = await underLoad('interrupt-moderation', {}, alone)
    const held = await underLoad('interrupt-moderation', moderated, alone)
    const added = held.latencies[2] - plain.latencies[2]
    expect(added).toBeGreaterThan(35 * microsecond)
    expect(added).toBeLessThan(60 * microsecond)
  })
})

describe('dpc-importance', () => {
  const clients = { count: 1, requests: 12 }

  test.each([
    ['medium', 1],
    ['high', 2],
  ])('%s: the second half follows the interrupt at once', async (_, importance) => {
    const { records } = await underLoad('dpc-importance', { 'dpc-importance': importance }, clients)
    expect(delays(records).length).toBeGreaterThan(5)
    expect(Math.max(...delays(records))).toBeLessThan(5 * microsecond)
  })

  test('low: it waits until the thread that computes lets the hart go', async () => {
    const { records, latencies } = await underLoad(
      'dpc-importance',
      { 'dpc-importance': 0 },
      clients,
    )
    expect(Math.max(...delays(records))).toBeGreaterThan(50 * microsecond)
    const usual = await underLoad('dpc-importance', {}, clients)
    expect(latencies[6]).toBeGreaterThan(usual.latencies[6])
  })
})
