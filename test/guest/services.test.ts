import { describe, expect, test } from 'vitest'
import type { Machine } from '../../host/machine/machine.ts'
import type { MachineOptions } from '../../host/machine/options.ts'
import { archive } from '../../host/machine/archive.ts'
import { query, readAnswer, recordType } from './dnsMessage.ts'
import type { Answer } from './dnsMessage.ts'
import { compileShipped, compileText, machineWith } from './programs.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A machine whose program has said that it listens. */
async function serving(name: string, options: MachineOptions = {}): Promise<Machine> {
  const machine = await machineWith(await compileShipped(name), {
    link: { delay: '50us' },
    ...options,
  })
  await machine.run({ until: { text: '\n' }, for: '10ms' })
  expect(machine.console.text).toContain(name)
  return machine
}

/** Names of the trace records of a run under load. */
async function recordsUnderLoad(name: string): Promise<string[]> {
  const machine = await serving(name, { trace: true })
  machine.trace()
  const clients = machine.network.clients({ port: 7, count: 8, requests: 10 })
  await machine.run({ until: () => clients.finished, for: '100ms' })
  expect(clients.counts.answers).toBe(80)
  return machine.trace().records.map(({ name }) => name)
}

describe('the echo servers', () => {
  test.each(['udp-echo', 'udp-echo-blocking'])('%s sends back what it gets', async (name) => {
    const machine = await serving(name)
    const client = machine.network.udp({ port: 7 })
    for (const size of [0, 1, 17, 512, 1472]) {
      const payload = Uint8Array.from({ length: size }, (_, index) => index * 7 + size)
      const reply = client.request(payload, '5ms')
      await machine.run({ for: '2ms' })
      expect((await reply)?.payload).toEqual(payload)
    }
  })

  test('the asynchronous one uses the completion port', async () => {
    const names = await recordsUnderLoad('udp-echo')
    for (const name of ['port.insert', 'await.suspend', 'await.resume', 'continuation.run']) {
      expect(names).toContain(name)
    }
  })

  test('the blocking one has no event of a port and no await', async () => {
    const names = await recordsUnderLoad('udp-echo-blocking')
    expect(names).toContain('irp.wake')
    expect(names.filter((name) => /^(port|await|packet|task)\./.test(name))).toEqual([])
  })

  test('a downstream wait of 1 ms is shared by the coroutines, not by the threads', async () => {
    const cyclesOf = async (name: string): Promise<number> => {
      const machine = await serving(name, { parameters: { wait: 10_000, workers: 1 } })
      const before = machine.cycles
      const clients = machine.network.clients({ port: 7, count: 8, requests: 1, timeout: '50ms' })
      await machine.run({ until: () => clients.finished, for: '100ms' })
      expect(clients.counts.answers).toBe(8)
      return machine.cycles - before
    }
    expect(await cyclesOf('udp-echo')).toBeLessThan(2_000_000)
    expect(await cyclesOf('udp-echo-blocking')).toBeGreaterThan(8_000_000)
  })
})

describe('the DNS server', () => {
  async function ask(machine: Machine, message: Uint8Array): Promise<Answer | undefined> {
    const client = machine.network.udp({ port: 53 })
    const reply = client.request(message, '5ms')
    await machine.run({ for: '6ms' })
    client.close()
    const payload = (await reply)?.payload
    return payload && readAnswer(payload)
  }

  test('answers addresses, texts, both, and names in any case', async () => {
    const machine = await serving('dns')
    const answer = { id: 0x1234, code: 0, authoritative: true, additional: 0 }
    expect(await ask(machine, query('nothread.test', recordType.A))).toEqual({
      ...answer,
      data: ['10.0.2.15'],
    })
    expect(await ask(machine, query('nothread.test', recordType.TXT))).toEqual({
      ...answer,
      data: ['there is no thread'],
    })
    expect(await ask(machine, query('nothread.test', recordType.ANY))).toEqual({
      ...answer,
      data: ['10.0.2.15', 'there is no thread'],
    })
    expect(await ask(machine, query('GateWay.NoThread.TEST', recordType.A))).toEqual({
      ...answer,
      data: ['10.0.2.2'],
    })
  })

  test('answers an EDNS query with EDNS', async () => {
    const machine = await serving('dns')
    expect(await ask(machine, query('www.nothread.test', recordType.A, true))).toMatchObject({
      data: ['10.0.2.15'],
      additional: 1,
    })
  })

  test('has no data, no such name, and no business with other zones', async () => {
    const machine = await serving('dns')
    const codeOf = async (name: string, type: number): Promise<unknown[]> => {
      const answer = await ask(machine, query(name, type))
      return [answer?.code, answer?.data]
    }
    expect(await codeOf('www.nothread.test', recordType.TXT)).toEqual([0, []])
    expect(await codeOf('missing.nothread.test', recordType.A)).toEqual([3, []])
    expect(await codeOf('example.org', recordType.A)).toEqual([5, []])
    expect(await codeOf('xnothread.test', recordType.A)).toEqual([5, []])
  })

  test('lives on after malformed messages', async () => {
    const machine = await serving('dns')
    const whole = query('nothread.test', recordType.A)
    const client = machine.network.udp({ port: 53 })
    for (let length = 0; length < whole.length; length++) {
      client.send(whole.slice(0, length))
      await machine.run({ for: '200us' })
    }
    client.send(Uint8Array.from([...whole.slice(0, 12), 200, 1, 2, 3, 4, 5, 6]))
    client.send(Uint8Array.from({ length: 600 }, () => 63))
    await machine.run({ for: '1ms' })
    expect((await ask(machine, whole))?.data).toEqual(['10.0.2.15'])
  })
})

describe('functions that the host spawns', () => {
  const text = `
    import { microsecond, print, sleep } from 'nothread/guest'
    async function square(n: i32): Promise<i32> { await sleep(n * microsecond); return n * n }
    export async function getNumbers(count: i32): Promise<i32> {
      let sum = 0
      for (let i = 1; i <= count; i++) sum += await square(i)
      return sum
    }
    export async function mix(a: i64, on: bool, c: u8, d: i16): Promise<i64> {
      return a * 2 + (on ? 1 : 0) + c + d
    }
    export async function quick(): Promise<u32> { return 4000000000 }
    export async function nothing(n: i32): Promise<void> { await sleep(n) }`

  test('give their results as promises', async () => {
    const machine = await machineWith(await compileText(text))
    await machine.run({ for: '1ms' })
    const results = [
      machine.spawn('getNumbers', 3),
      machine.spawn('mix', 5_000_000_000n, true, 200, -7),
      machine.spawn('quick'),
      machine.spawn('nothing', 5),
      machine.spawn('getNumbers', 10),
    ]
    await machine.run({ for: '1ms' })
    const values = await Promise.all(results)
    expect(values.map((value) => (value === undefined ? value : Number(value)))).toEqual([
      14,
      10_000_000_194,
      4_000_000_000,
      undefined,
      385,
    ])
  })

  test('give their failures and their cancellation as errors', async () => {
    const failing = `
      import { OperationCanceledError, sleep } from 'nothread/guest'
      export async function fails(n: i32): Promise<i32> { await sleep(10); if (n > 2) throw new Error('too many'); return n }
      export async function gone(): Promise<void> { await sleep(10); throw new OperationCanceledError() }`
    const machine = await machineWith(await compileText(failing))
    const results = [machine.spawn('fails', 1), machine.spawn('fails', 3), machine.spawn('gone')]
    const settled = Promise.allSettled(results)
    await machine.run({ for: '2ms' })
    const [good, bad, gone] = await settled
    expect(good).toMatchObject({ value: 1 })
    expect(String((bad as PromiseRejectedResult).reason)).toContain('fails failed: Error: too many')
    expect(String((gone as PromiseRejectedResult).reason)).toContain('gone was cancelled')
  })

  test('may be called before the program runs', async () => {
    const machine = await machineWith(await compileText(text))
    const result = machine.spawn('getNumbers', 4)
    await machine.run({ for: '2ms' })
    expect(Number(await result)).toBe(30)
  })
})

describe('disk and network', () => {
  test('files of the disk are served through one port, others meanwhile', async () => {
    const program = await compileShipped('disk-and-net')
    const machine = await machineWith(program, { link: { delay: '50us' }, trace: true })
    machine.insertDisk(archive({ 'a.txt': bytes('from the disk'), 'b.txt': bytes('another') }))
    await machine.run({ until: { text: '\n' }, for: '10ms' })
    const client = machine.network.udp({ port: 69 })
    const replies = ['a.txt', 'missing', 'b.txt'].map((name) => client.request(bytes(name), '20ms'))
    await machine.run({ for: '20ms' })
    const arrived = (await Promise.all(replies)).map((reply) => reply!)
    arrived.sort((a, b) => a.cycle - b.cycle)
    const texts = arrived.map(({ payload }) => new TextDecoder().decode(payload))
    // What needs no disk is answered while the disk seeks.
    expect(texts[0]).toBe('no file')
    expect(texts.slice(1).sort()).toEqual(['another', 'from the disk'])
    // Three receives and two reads, through one port to one thread.
    const packets = machine.trace().records.filter(({ name }) => name === 'port.insert')
    expect(packets.length).toBeGreaterThanOrEqual(5)
    expect(new Set(packets.map(({ a }) => a)).size).toBe(1)
    expect(machine.threads()).toHaveLength(1)
  })
})
