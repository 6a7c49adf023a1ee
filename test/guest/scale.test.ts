/**
 * Many of everything. The numbers are small here, so that the tests last seconds; NOTHREAD_SCALE=1 makes them those of the titles
 * in brackets.
 */
import { expect, test, vi } from 'vitest'
import type { MachineOptions } from '../../host/machine/options.ts'
import { compileText, machineWith } from './programs.ts'

const isFull = process.env.NOTHREAD_SCALE === '1'
const mebibyte = 1 << 20

vi.setConfig({ testTimeout: isFull ? 1_200_000 : 120_000 })

/** Console lines of a program with a parameter `count`. */
async function linesOf(text: string, count: number, options: MachineOptions): Promise<string[]> {
  const machine = await machineWith(await compileText(text), {
    ...options,
    parameters: { count, lifetime: 1 },
  })
  const { stopReason, exitCode } = await machine.run({ until: '1000s' })
  const console = machine.console.text.trimEnd()
  expect({ stopReason, exitCode, console }).toMatchObject({ stopReason: 'exit', exitCode: 0 })
  return console.split('\n')
}

test('coroutines that wait for sockets and timers on 4 harts all finish (100,000)', async () => {
  const text = `
    import { AsyncSemaphore, CancellationSource, Datagram, UdpSocket, microsecond, parameter, print, settled, sleep, whenAll } from 'nothread/guest'
    const count = parameter('count', 0) as i32
    let finished = 0
    const guard = new AsyncSemaphore(1)
    const all: Promise<void>[] = []
    async function timer(n: i32): Promise<void> {
      await sleep((1000 + n % 997) * microsecond)
      await guard.wait(); finished++; guard.release()
    }
    async function receive(socket: UdpSocket, token: CancellationSource): Promise<void> {
      const task = socket.receiveFrom(new Uint8Array(8), new Datagram(), token.token)
      await settled(task)
      await guard.wait(); if (task.isCancelled) finished++; guard.release()
    }
    export async function main(): Promise<void> {
      const stop = new CancellationSource()
      const socket = UdpSocket.bind(5000)
      for (let n = 0; n < count; n++) all.push(n % 10 == 0 ? receive(socket, stop) : timer(n))
      await sleep(5000 * microsecond)
      stop.cancel()
      await whenAll(all)
      print(finished)
    }`
  const count = isFull ? 100_000 : 4_000
  expect(await linesOf(text, count, { harts: 4, ramBytes: 256 * mebibyte })).toEqual([`${count}`])
})

const children = `
  import { TaskSource, parameter, print, whenAll } from 'nothread/guest'
  const start = new TaskSource<i32>()
  async function child(n: i32): Promise<i32> { return n + (await start.task) }
  export async function main(): Promise<void> {
    const count = parameter('count', 0) as i32
    const children = new Array<Promise<i32>>(count)
    for (let n = 0; n < count; n++) children[n] = child(n & 1)
    const all = whenAll(children)
    print(all.isCompleted)
    start.complete(1)
    await all
    let sum = 0
    for (const task of children) sum += await task
    print(sum)
  }`

test('whenAll of many children (a million)', async () => {
  const count = isFull ? 1_000_000 : 20_000
  expect(await linesOf(children, count, { ramBytes: 512 * mebibyte })).toEqual([
    'false',
    `${count + count / 2}`,
  ])
})

test('a child of whenAll costs about as many cycles among four times as many', async () => {
  const program = await compileText(children)
  const cyclesPerChild = async (count: number): Promise<number> => {
    const machine = await machineWith(program, {
      ramBytes: 512 * mebibyte,
      parameters: { count, lifetime: 1 },
    })
    await machine.run({ until: '1000s' })
    return machine.cycles / count
  }
  const many = await cyclesPerChild(48_000)
  expect(many / (await cyclesPerChild(12_000))).toBeLessThan(1.5)
})

test('AsyncMutex: many passes without and with contention, in turn (a million)', async () => {
  const text = `
    import { AsyncMutex, parameter, print, whenAll, yieldNow } from 'nothread/guest'
    const mutex = new AsyncMutex()
    const parties = 10
    const passes = new StaticArray<i32>(parties)
    let inside = 0, collisions = 0, unfair = 0, total = 0
    async function party(who: i32, count: i32): Promise<void> {
      for (let n = 0; n < count; n++) {
        await mutex.lock()
        if (++inside > 1) collisions++
        if (n & 15) { /* leave at once */ } else await yieldNow()
        passes[who]++; total++
        if (passes[who] * parties > total + 2 * parties) unfair++
        inside--
        mutex.unlock()
      }
    }
    export async function main(): Promise<void> {
      const count = parameter('count', 0) as i32
      for (let n = 0; n < count; n++) { await mutex.lock(); total++; mutex.unlock() }
      print(total)
      total = 0
      const all: Promise<void>[] = []
      for (let who = 0; who < parties; who++) all.push(party(who, count / parties))
      await whenAll(all)
      print(total); print(collisions); print(unfair); print(mutex.isLocked)
    }`
  const count = isFull ? 1_000_000 : 5_000
  expect(await linesOf(text, count, {})).toEqual([...[`${count}`, `${count}`, '0', '0', 'false']])
})

test('cancellation at every await of a chain of five: no leak, one completion, no lost wake-up (10,000)', async () => {
  const text = `
    import { AsyncEvent, AsyncSemaphore, CancellationSource, CancellationToken, OperationCanceledError, microsecond, parameter,
      print, settled, sleep, whenAll, yieldNow } from 'nothread/guest'
    const gate = new AsyncSemaphore(2, 2)
    let state: u32 = 1
    let ended = 0, cancelled = 0, completed = 0
    function random(limit: u32): u32 { state ^= state << 13; state ^= state >> 17; state ^= state << 5; return state % limit }
    async function pause(token: CancellationToken): Promise<void> {
      const kind = random(3)
      if (kind == 0) await sleep((1 + random(20)) * microsecond, token)
      else if (kind == 1) { await gate.wait(token); try { await sleep(random(10) * microsecond, token) } finally { gate.release() } }
      else await yieldNow()
      if (token.isCancelled) throw new OperationCanceledError()
    }
    async function level5(token: CancellationToken): Promise<i32> { await pause(token); return 1 }
    async function level4(token: CancellationToken): Promise<i32> { await pause(token); return 1 + await level5(token) }
    async function level3(token: CancellationToken): Promise<i32> { const inner = await level4(token); await pause(token); return 1 + inner }
    async function level2(token: CancellationToken): Promise<i32> { await pause(token); return 1 + await level3(token) }
    async function level1(token: CancellationToken): Promise<i32> {
      try { return 1 + await level2(token) } finally { ended++ }
    }
    async function round(seed: u32): Promise<void> {
      const source = new CancellationSource()
      const chain = level1(source.token)
      source.cancelAfter((1 + random(80)) * microsecond)
      await settled(chain)
      if (chain.isCancelled) cancelled++
      else if (chain.result == 5) completed++
      source.cancel()
    }
    export async function main(): Promise<void> {
      const count = parameter('count', 0) as i32
      for (let seed = 1; seed <= count; seed += 4) {
        state = seed * 2654435761 + 1
        await whenAll([round(seed), round(seed + 1), round(seed + 2), round(seed + 3)])
      }
      await sleep(200 * microsecond)
      print(ended); print(cancelled + completed); print(cancelled > 0 && completed > 0); print(gate.count)
    }`
  const count = isFull ? 10_000 : 400
  expect(await linesOf(text, count, {})).toEqual([`${count}`, `${count}`, 'true', '2'])
})
