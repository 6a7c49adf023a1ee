import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Machine } from '../../host/index.ts'
import type { IrpView, MachineOptions } from '../../host/index.ts'
import { defaults } from '../../host/machine/options.ts'
import { programBases } from '../../host/machine/program.ts'
import { readProgram, shippedProgram } from '../../host/node/files.ts'
import { compileText } from '../guest/programs.ts'
import { programFrom, programImage } from '../kernel/support.ts'
import { echoProgram } from '../system/echo.ts'
import type { Echo } from '../system/echo.ts'

/** What the host sees of the executive, at moments of a run whose state is known. */

async function listening(name: Echo, options: MachineOptions = {}): Promise<Machine> {
  const machine = await Machine.create(options)
  await machine.load(await echoProgram(name))
  await machine.run({ until: { text: '\n' } })
  await machine.run({ for: '1ms' })
  return machine
}

test('a pool thread waits at its port for receives that pend', async () => {
  const machine = await listening('udp-echo.ts')
  const [port] = machine.ports()
  const [thread] = machine.threads()
  expect(machine.threads()).toHaveLength(1)
  expect(thread).toMatchObject({ state: 'waiting', hart: undefined })
  expect(thread.waitsFor).toEqual([`port 0x${port.address.toString(16)}`])
  expect(thread.since).toBeLessThan(machine.cycles)
  expect(thread.place?.function).toContain('/workers/')
  expect(port).toMatchObject({ concurrency: 1, active: 0, packets: [], waiting: [thread.number] })
  const irps = machine.irps()
  expect(irps).toHaveLength(64)
  expect(irps.map(({ operation }) => operation)).toEqual(thread.operations)
  for (const irp of irps) {
    expect(irp).toMatchObject({ device: '\\Device\\Afd', request: 'AFD_RECEIVE_DATAGRAM' })
    expect(irp).toMatchObject({ state: 'pending', cancel: false, waited: false })
  }
  expect(irps[0].since).toBeLessThan(irps[63].since)
})

test('each view is as its example in the documents', async () => {
  const machine = await listening('udp-echo.ts')
  const text = readFileSync(new URL('../../docs/host-api.md', import.meta.url), 'utf8')
  const examples = [...text.matchAll(/^(machine\.(\w+)\(.*) \/\/ (.*)$/gm)]
  const views = ['threads', 'ports', 'dpcQueues', 'irps', 'handles', 'scheduler', 'deadlocks']
  expect([...new Set(examples.map(([, , view]) => view))]).toEqual(views)
  for (const [, code, , result] of examples) {
    const value: unknown = new Function('machine', `return ${code}`)(machine)
    expect(JSON.stringify(value), code).toBe(result)
  }
})

test('a blocked thread waits for its own request', async () => {
  const machine = await listening('udp-echo-blocking.ts')
  const waiting = machine.threads().filter(({ operations }) => operations.length > 0)
  const [irp] = machine.irps()
  expect(irp.waited).toBe(true)
  const thread = waiting.find(({ number }) => number === irp.thread)
  expect(thread?.waitsFor).toEqual([`request ${irp.operation} on \\Device\\Afd`])
  expect(thread?.place?.function).toMatch(/call$/)
})

/** A machine with programs in the kernel's dialect and the kernel as built. */
async function withFixtures(...names: string[]): Promise<Machine> {
  const bases = programBases(names.length, defaults.ramBytes)
  const images = await Promise.all(names.map((name, i) => programImage(name, bases[i])))
  const machine = await Machine.create()
  await machine.load(images[0], images.slice(1))
  return machine
}

test('requests of files and pipes say what is asked, also when their thread has ended', async () => {
  const machine = await withFixtures('waiters', 'waiters')
  machine.insertDisk(new Uint8Array(1 << 20))
  const seen = new Map<string, IrpView>()
  for (let step = 0; step < 400; step++) {
    await machine.run({ for: '5us' })
    for (const irp of machine.irps()) seen.set(`${irp.device} ${irp.request}`, irp)
  }
  expect([...seen.keys()].sort()).toEqual([
    '\\Device\\Afd AFD_POLL',
    '\\Device\\Disk READ',
    '\\Device\\Disk WRITE',
    '\\Device\\NamedPipe PIPE_LISTEN',
    '\\Device\\NamedPipe READ',
    '\\Device\\NamedPipe WRITE',
  ])
  const orphan = seen.get('\\Device\\NamedPipe READ')
  expect(orphan).toMatchObject({ state: 'pending', thread: undefined })
})

test('threads of two programs say whose they are, and what each waits for', async () => {
  const machine = await withFixtures('waiters', 'waiters')
  await machine.run({ for: '3ms' })
  const threads = machine.threads()
  for (const process of [0, 1]) {
    const own = threads.filter((thread) => thread.process === process)
    const unnumbered = (name: string) => name.replace(/0x[0-9a-f]+/, '…').replace(/ \d+/, ' …')
    const words = own.map(({ waitsFor, waitAll }) =>
      waitsFor.map(unnumbered).join(waitAll ? ' and ' : ' or '),
    )
    expect(words.sort()).toEqual([
      ...['', '', 'delay', 'mutant … and semaphore …', 'notification event …', 'port …'],
      'request … on \\Device\\NamedPipe',
      ...['synchronization timer … or notification event …', 'thread …'],
    ])
    expect(own.filter(({ state }) => state === 'suspended')).toHaveLength(1)
    const without = own.filter(({ place }) => place?.line === undefined)
    expect(without.map(({ state }) => state)).toEqual(['terminated'])
  }
  const kinds = new Set(machine.handles().map(({ process, type }) => `${process} ${type}`))
  expect(kinds).toContain('0 PORT')
  expect(kinds).toContain('1 SEMAPHORE')
})

test('handles name their objects', async () => {
  const machine = await listening('udp-echo.ts')
  const handles = machine.handles()
  expect(handles.map(({ name }) => name)).toContain('file \\Device\\Afd')
  expect(handles.find(({ type }) => type === 'PORT')?.object).toBe(machine.ports()[0].address)
  expect(new Set(handles.map(({ handle }) => handle)).size).toBe(handles.length)
})

test('a DPC is seen in its queue, then running, by name', async () => {
  const machine = await listening('udp-echo.ts')
  machine.network.clients({ port: 7, count: 1, requests: 1 })
  const queued = new Set<string>()
  const running = new Set<string>()
  const harts = new Set<string>()
  for (let slice = 0; slice < 2000; slice++) {
    await machine.run({ for: '5cy' })
    const [queue] = machine.dpcQueues()
    for (const { routine } of queue.ordinary) queued.add(routine)
    if (queue.running !== undefined) running.add(queue.running)
    for (const { thread, irql } of machine.scheduler().harts) harts.add(`${thread} ${irql}`)
  }
  expect([...queued]).toContain('net/receive/receiveDpc')
  expect([...running]).toContain('net/receive/receiveDpc')
  expect([...harts]).toEqual(expect.arrayContaining(['undefined 0', '1 0', 'undefined 2']))
})

test('a packet in a port names the operation that it ends', async () => {
  const machine = await listening('udp-echo.ts')
  machine.network.clients({ port: 7, count: 16, requests: 1 })
  let most = 0
  for (let slice = 0; slice < 400; slice++) {
    await machine.run({ for: '100cy' })
    const [{ packets }] = machine.ports()
    const completed = machine.irps().filter(({ state }) => state === 'completed')
    for (const { kind, operation } of packets) {
      expect(kind).toBe('request')
      expect(completed.map((irp) => irp.operation)).toContain(operation)
    }
    most = Math.max(most, packets.length)
  }
  expect(most).toBeGreaterThan(1)
})

test('a packet that was taken back is no longer in its port', async () => {
  const image = await programFrom(`
    import { SYS_NtAssociateWaitCompletionPacket, SYS_NtCancelWaitCompletionPacket, SYS_NtCreateWaitCompletionPacket }
      from '../../../assembly/guest/kernel/generated/syscalls';
    import { call, createEvent, createPort, post, print, sleep } from './nt';

    const word = memory.data(4, 4);

    export function _start(): void {
      const port = createPort(1);
      call(SYS_NtCreateWaitCompletionPacket, word);
      const packet = load<u32>(word);
      call(SYS_NtAssociateWaitCompletionPacket, packet, port, createEvent(0, 1), 5, 6, 0);
      post(port, 1, 2, 3, 4);
      print('both\\n');
      sleep(1);
      call(SYS_NtCancelWaitCompletionPacket, packet, 1);
      print('one\\n');
      sleep(1000);
    }
  `)
  const machine = await Machine.create()
  await machine.load(image)
  const kinds = () => machine.ports()[0].packets.map(({ kind, key }) => `${kind} ${key}`)
  await machine.run({ until: { text: 'both\n' } })
  expect(kinds()).toEqual(['wait 5', 'posted 1'])
  await machine.run({ until: { text: 'one\n' } })
  expect(kinds()).toEqual(['posted 1'])
})

test('looking disturbs nothing', async () => {
  const [seen, unseen] = [await listening('udp-echo.ts'), await listening('udp-echo.ts')]
  for (const machine of [seen, unseen]) machine.network.clients({ port: 7, count: 4, requests: 2 })
  for (let slice = 0; slice < 50; slice++) {
    await seen.run({ for: '3us' })
    seen.threads()
    seen.ports()
    seen.dpcQueues()
    seen.irps()
    seen.handles()
    seen.scheduler()
  }
  await unseen.run({ for: '150us' })
  expect(seen.stateHash()).toBe(unseen.stateHash())
})

test('a program that has the machine to itself has no executive', async () => {
  const machine = await Machine.create()
  expect(machine.threads()).toEqual([])
  expect(machine.scheduler()).toEqual({ harts: [], ready: [], pool: undefined })
})

test('events come while the machine runs, filtered, until the reader leaves', async () => {
  const machine = await listening('udp-echo.ts', { trace: true })
  machine.network.clients({ port: 7, count: 2, requests: 2 })
  const seen: string[] = []
  const events = machine.events({ name: ['irp.', 'dpc.enter'], where: ({ hart }) => hart === 0 })
  const reading = (async () => {
    for await (const { name } of events) {
      seen.push(name)
      if (seen.length === 12) break
    }
  })()
  await machine.run({ for: '300us' })
  await reading
  expect(seen).toHaveLength(12)
  expect(seen.every((name) => name.startsWith('irp.') || name === 'dpc.enter')).toBe(true)
  expect(new Set(seen)).toContain('dpc.enter')
  expect(machine.trace().records.length).toBeGreaterThan(12)
})

test('events end with the guest', async () => {
  const machine = await Machine.create({ trace: true })
  await machine.load(await readProgram(shippedProgram('hello.ts')))
  const names: string[] = []
  const reading = (async () => {
    for await (const { name } of machine.events({ name: 'thread.start' })) names.push(name)
  })()
  await machine.run()
  await reading
  expect(machine.ended).toBe(true)
  expect(names).toContain('thread.start')
})

test('events need the trace', async () => {
  const machine = await Machine.create()
  expect(() => machine.events()).toThrow('{ trace: true }')
})

const circles = `
import { Thread, microsecond, print, sleep, sleepBlocking } from 'nothread/guest'

const tasks: Promise<i32>[] = []
const threads: Thread[] = []

async function waiter(index: i32): Promise<i32> {
  await sleep(<i64>(200 + index) * microsecond)
  return await tasks[1 - index]
}

export async function main(): Promise<void> {
  for (let i = 0; i < 2; i++) tasks.push(waiter(i))
  for (let i = 0; i < 2; i++) {
    threads.push(Thread.start((index: i32): void => {
      sleepBlocking(300 * microsecond)
      threads[1 - index].join()
    }, i))
  }
  print('begun')
  await tasks[0]
}
`

test('circles of waits are found and named', async () => {
  const machine = await Machine.create()
  await machine.load(await compileText(circles))
  await machine.run({ until: { text: 'begun' } })
  expect(machine.deadlocks()).toEqual([])
  await machine.run({ for: '2ms' })
  const waiters = machine.coroutines().filter(({ name }) => name === 'waiter')
  expect(waiters.map(({ waitsFor }) => waitsFor)).toEqual(['waiter at line 9', 'waiter at line 9'])
  const [main] = machine.coroutines().filter(({ name }) => name === 'main')
  expect(waiters.some(({ awaiters }) => awaiters.includes(main.frame))).toBe(true)
  const descriptions = machine.deadlocks().map(({ description }) => description)
  expect(descriptions).toHaveLength(2)
  expect(descriptions[0]).toMatch(/^thread (\d+) waits for thread (\d+) waits for thread \1$/)
  expect(descriptions[1]).toBe(
    'waiter at line 9 waits for waiter at line 9 waits for waiter at line 9',
  )
})

test('a circle through mutexes of coroutines leads from who waits to who holds', async () => {
  const machine = await Machine.create()
  const text = `import { AsyncMutex, microsecond, sleep, whenAll } from 'nothread/guest'
    const a = new AsyncMutex(), b = new AsyncMutex()
    async function transfer(from: AsyncMutex, to: AsyncMutex): Promise<void> {
      await from.lock()
      await sleep(20 * microsecond)
      await to.lock()
      to.unlock()
      from.unlock()
    }
    export async function main(): Promise<void> {
      await whenAll([transfer(a, b), transfer(b, a)])
    }`
  await machine.load(await compileText(text))
  await machine.run({ for: '15us' })
  expect(machine.deadlocks()).toEqual([])
  expect(await machine.run({ for: '1s' })).toMatchObject({ stopReason: 'idle' })
  const circle = 'transfer at line 6 waits for transfer at line 6 waits for transfer at line 6'
  expect(machine.deadlocks().map(({ description }) => description)).toEqual([circle])
  const transfers = machine.coroutines().filter(({ name }) => name === 'transfer')
  for (const { waitsFor } of transfers) expect(waitsFor).toBe('a mutex of transfer at line 6')
  const [main] = machine.coroutines().filter(({ name }) => name === 'main')
  expect(transfers.every(({ awaiters }) => awaiters.length > 0)).toBe(true)
  expect(transfers.some(({ awaiters }) => awaiters.includes(main.frame))).toBe(true)
})

test('a starved pool is named', async () => {
  const machine = await Machine.create()
  const text = `import { TaskSource, ThreadPool, sleep, second } from 'nothread/guest'
    const never = new TaskSource<i32>()
    function caller(n: i32): void { never.task.wait() }
    export async function main(): Promise<void> {
      ThreadPool.setLimits(2, 2)
      ThreadPool.starvationInjection = false
      ThreadPool.blockingCompensation = false
      for (let n = 0; n < 5; n++) ThreadPool.queue(caller, n)
      await sleep(second)
    }`
  await machine.load(await compileText(text))
  await machine.run({ for: '2s' })
  const { pool } = machine.scheduler()
  expect(pool).toMatchObject({ workers: 2, blocked: 2, queued: 3, starved: true, injected: 0 })
  expect(pool?.starvation).toBe(
    'all 2 workers are blocked on tasks (threads 0, 1), and 3 continuations are queued',
  )
})

test('the pool has its workers, and coroutines say what they wait for and since when', async () => {
  const machine = await listening('udp-echo.ts')
  const { pool } = machine.scheduler()
  expect(pool).toMatchObject({ workers: 1, blocked: 0, queued: 0, starved: false })
  expect(pool?.threads.some(({ kind }) => kind === 'worker')).toBe(true)
  const serving = machine.coroutines().filter(({ name }) => name === 'serve')
  const irps = new Map(machine.irps().map((irp) => [irp.operation, irp]))
  expect(serving).toHaveLength(64)
  for (const { operation, waitsFor, since, state } of serving) {
    expect(waitsFor).toBe(`AFD_RECEIVE_DATAGRAM on \\Device\\Afd, operation ${operation}`)
    expect(state).toBe('waiting')
    expect(since).toBeGreaterThanOrEqual(irps.get(operation)!.since)
  }
})
