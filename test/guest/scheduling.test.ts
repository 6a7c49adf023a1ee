/** The shipped programs about schedulers, and the facts N7.1 to N7.6 and N7.14. */
import { describe, expect, test } from 'vitest'
import {
  compileShipped,
  count,
  machineWith,
  numbersOf,
  runShipped,
  runText,
  compileText,
} from './programs.ts'

test('work-stealing, N7.1: the owner takes the newest, the others the oldest', async () => {
  const { lines } = await runShipped('work-stealing')
  const [alone, stealing] = lines.map(numbersOf)
  expect(alone.slice(0, 2)).toEqual([32, 0])
  expect(stealing[0] + stealing[1]).toBe(32)
  expect(stealing[1]).toBeGreaterThan(stealing[0])
  expect(stealing[2]).toBeLessThan(alone[2] / 2)
})

test('head-of-line: who blocks or computes holds up the thread, who awaits does not', async () => {
  const { lines } = await runShipped('head-of-line')
  const [blocks, awaits, computes] = lines.map((line) => numbersOf(line)[0])
  expect(blocks).toBeGreaterThan(1000)
  expect(awaits).toBeLessThan(50)
  expect(computes).toBeGreaterThan(1000)
})

describe('sync-over-async', () => {
  test('N7.3: a starved pool gets a thread every 500 ms until it moves', async () => {
    const { lines } = await runShipped('sync-over-async', { trace: false })
    const [milliseconds, injected, compensated] = lines.slice(4).map((line) => numbersOf(line)[0])
    expect(lines.slice(0, 4).map((line) => numbersOf(line)[1])).toEqual([11, 11, 11, 11])
    // Two callers wait for a thread, and the tasks for one more.
    expect(injected).toBe(3)
    expect(milliseconds).toBeGreaterThanOrEqual(1500)
    expect(milliseconds).toBeLessThanOrEqual(2500)
    expect(compensated).toBe(0)
  })

  test('N7.5: compensation adds threads at once', async () => {
    const parameters = { compensation: 1 }
    const { lines } = await runShipped('sync-over-async', { trace: false, parameters })
    const [milliseconds, injected, compensated] = lines.slice(4).map((line) => numbersOf(line)[0])
    expect(milliseconds).toBeLessThan(500)
    expect(injected).toBe(0)
    expect(compensated).toBeGreaterThanOrEqual(2)
  })

  test('N7.14: a single-threaded context that blocks on itself is named', async () => {
    const parameters = { context: 1 }
    const machine = await machineWith(await compileShipped('sync-over-async'), { parameters })
    const { stopReason } = await machine.run({ until: '1s' })
    expect(stopReason).toBe('fault')
    expect(machine.console.text).toContain('Deadlock: this thread blocks on a task')
    expect(machine.console.text).toMatch(/ask \(.*sync-over-async\.ts:25\) of that task/)
  })
})

test('async-pump: issuing ahead overlaps the devices; one buffer for both loses a block', async () => {
  const { lines } = await runShipped('async-pump')
  const [one, two, shared] = lines.map(numbersOf)
  expect(one[0]).toBe(45)
  expect(two[0]).toBe(45)
  expect(two[1]).toBeLessThan(one[1] * 0.65)
  expect(shared[0]).not.toBe(45)
})

test('cancellation: the request ends in the kernel, and the port is free again', async () => {
  const { lines } = await runShipped('cancellation')
  expect(lines.filter((line) => line === 'callback')).toHaveLength(2)
  expect(lines.filter((line) => line === 'socket closed')).toHaveLength(2)
  const [first, second] = lines.filter((line) => line.startsWith('gave up'))
  expect(numbersOf(first)[0]).toBeGreaterThanOrEqual(200)
  expect(numbersOf(first)[0]).toBeLessThan(230)
  expect(numbersOf(second)[0]).toBeLessThan(130)
})

test('select: every value once, in the order of time, and silence is noticed', async () => {
  const { lines, records } = await runShipped('select')
  expect(lines).toEqual(['order: fffsfsss', 'sum: 412'])
  // Eight pauses and the silence at the end: the times of the other rounds were given back.
  const fires = records.filter(({ name }) => name === 'timer.fire').map(({ cycle }) => cycle)
  expect(fires).toHaveLength(9)
  expect(fires[8] - fires[7]).toBeGreaterThanOrEqual(200_000)
  expect(fires[8] - fires[7]).toBeLessThan(220_000)
})

test('iocp-limit: one at a time, unless the one blocks', async () => {
  const { lines } = await runShipped('iocp-limit')
  const [computing, blocking] = lines
  expect(computing).toMatch(/at most 1 let in at once, by threads (\d)\1{7}$/)
  expect(numbersOf(blocking)[0]).toBeGreaterThan(1)
  const raised = await runShipped('iocp-limit', { parameters: { limit: 2 } })
  expect(raised.lines).toHaveLength(2)
})

describe('the pool', () => {
  const text = (body: string): string => `
    import { AsyncSemaphore, EventLoop, Thread, PollingScheduler, ThreadPool, TaskSource, cycles, microsecond, millisecond, now,
      print, sleep, sleepBlocking, spend } from 'nothread/guest'
    ${body}`

  test.each([
    ['own newest first, then urgent, then the others in their order; S118 each once', 1, '653412'],
    ['without local queues, urgent first, then all in their order', 0, '341256'],
  ])('N7.1: %s', async (_, localQueues, order) => {
    const { text: lines } = await runText(
      text(`import { parameter } from 'nothread/guest'
        let order = ''
        function note(name: i32): void { order += name.toString() }
        function produce(done: TaskSource<i32>): void {
          ThreadPool.queue(note, 1); ThreadPool.queue(note, 2)
          ThreadPool.queueUrgent(note, 3); ThreadPool.queueUrgent(note, 4)
          ThreadPool.queue(note, 5, true); ThreadPool.queue(note, 6, true)
          ThreadPool.queue((done: TaskSource<i32>): void => done.complete(0), done)
        }
        export async function main(): Promise<void> {
          ThreadPool.localQueues = parameter('localQueues', 1) != 0
          const done = new TaskSource<i32>()
          ThreadPool.queue(produce, done)
          await done.task
          print(order)
        }`),
      { parameters: { localQueues } },
    )
    expect(lines).toBe(`${order}\n`)
  })

  test.each([
    [
      'on: at once as many as harts, then in steps of 25 ms that grow by 25 ms',
      1,
      [0, 0, 25, 75, 150, 250],
    ],
    ['off: none', 0, [0, 300, 300, 300, 300, 300]],
  ])('N7.5: compensation for threads that block, %s', async (_, compensation, begins) => {
    const { text: lines } = await runText(
      text(`import { parameter } from 'nothread/guest'
        const gate = new TaskSource<i32>(), done = new AsyncSemaphore(0)
        let began: i64 = 0
        let times = ''
        function caller(n: i32): void {
          times += ((now() - began + 500 * microsecond) / millisecond).toString() + ' '
          gate.task.wait()
          done.release()
        }
        function open(n: i32): void { sleepBlocking(300 * millisecond); gate.complete(1) }
        export async function main(): Promise<void> {
          ThreadPool.setLimits(1, 100)
          ThreadPool.starvationInjection = false
          ThreadPool.blockingCompensation = parameter('compensation', 1) != 0
          Thread.start(open, 0)
          began = now()
          for (let n = 0; n < 6; n++) ThreadPool.queue(caller, n)
          for (let n = 0; n < 6; n++) await done.wait()
          print(times)
        }`),
      { parameters: { compensation } },
    )
    expect(numbersOf(lines)).toEqual(begins)
  })

  test('N7.2: threads come on demand up to the least number, and end after 20 s without work', async () => {
    const machine = await machineWith(
      await compileText(
        text(`const done = new AsyncSemaphore(0)
        function work(n: i32): void { sleepBlocking(100 * microsecond); done.release() }
        export async function main(): Promise<void> {
          ThreadPool.setLimits(3, 8)
          print(ThreadPool.threads)
          for (let n = 0; n < 6; n++) ThreadPool.queue(work, n)
          for (let n = 0; n < 6; n++) await done.wait()
          print(ThreadPool.threads)
          await sleep(21000 * millisecond)
          print(ThreadPool.threads)
        }`),
      ),
    )
    await machine.run({ until: '30s' })
    expect(machine.console.text).toBe('1\n3\n1\n')
  })

  test('S120: with one thread callbacks never overlap; one that may run long lets another begin', async () => {
    const { text: lines } = await runText(
      text(`const done = new AsyncSemaphore(0)
        let inside = 0
        let most = 0
        function work(n: i32): void { inside++; most = max(most, inside); sleepBlocking(50 * microsecond); inside--; done.release() }
        export async function main(): Promise<void> {
          ThreadPool.setLimits(1, 1)
          for (let n = 0; n < 4; n++) ThreadPool.queue(work, n)
          for (let n = 0; n < 4; n++) await done.wait()
          print(most)
          ThreadPool.setLimits(1, 2)
          ThreadPool.queue((n: i32): void => { sleep(200 * microsecond).wait(); done.release() }, 0)
          ThreadPool.queue(work, 0)
          const began = now()
          await done.wait(); await done.wait()
          print(ThreadPool.compensated); print(now() - began < 300 * microsecond)
        }`),
    )
    expect(lines).toBe('1\n1\ntrue\n')
  })

  test('N7.4: hill climbing takes threads where they help; switched off, the number stays', async () => {
    const run = async (climbs: number): Promise<number[]> => {
      const { text: lines } = await runText(
        text(`import { parameter } from 'nothread/guest'
        const done = new AsyncSemaphore(0)
        function work(n: i32): void { sleepBlocking(4 * millisecond); done.release() }
        export async function main(): Promise<void> {
          ThreadPool.setLimits(1, 16)
          ThreadPool.starvationInjection = false
          ThreadPool.hillClimbing = parameter('climbs', 0) != 0
          for (let n = 0; n < 600; n++) ThreadPool.queue(work, n)
          const began = now()
          for (let n = 0; n < 600; n++) await done.wait()
          print(ThreadPool.goal); print((now() - began) / millisecond)
        }`),
        { parameters: { climbs } },
      )
      return numbersOf(lines)
    }
    const [goal, milliseconds] = await run(1)
    expect(goal).toBeGreaterThan(1)
    expect(goal).toBeLessThanOrEqual(16)
    const [fixedGoal, fixedMilliseconds] = await run(0)
    expect(fixedGoal).toBe(1)
    expect(fixedMilliseconds).toBeGreaterThanOrEqual(2400)
    expect(milliseconds).toBeLessThan(fixedMilliseconds * 0.8)
  })

  test('N7.6: pollers take the packets, many at once, and workers run what they complete, before other work', async () => {
    const { text: lines, machine } = await runText(
      text(`import { Event, whenAll } from 'nothread/guest'
        let order = ''
        const count = 40
        async function wait(event: Event): Promise<void> { await event.signalled(); spend(500) }
        async function late(delay: i64): Promise<void> { await sleep(delay); order += 'p' }
        function item(n: i32): void { spend(40_000); order += n.toString() }
        export async function main(): Promise<void> {
          spend(1)
          ThreadPool.setLimits(1, 1)
          ThreadPool.pollers = 1
          const events: Event[] = [], waits: Promise<void>[] = []
          for (let n = 0; n < count; n++) { events.push(new Event()); waits.push(wait(events[n])) }
          for (let n = 0; n < count; n++) events[n].set()
          await whenAll(waits)
          print(ThreadPool.polled)
          const urgent = late(20 * microsecond)
          for (let n = 1; n <= 3; n++) ThreadPool.queue(item, n)
          await urgent
          await sleep(millisecond)
          print(order); print(ThreadPool.mostPolled); print(ThreadPool.threads)
        }`),
      { harts: 2 },
    )
    const [polled, order, most, threads] = lines.trimEnd().split('\n')
    expect(Number(polled)).toBe(40)
    expect(order).toBe('1p23')
    expect(Number(most)).toBeGreaterThan(1)
    expect(threads).toBe('1')
    const kinds = machine
      .scheduler()
      .pool?.threads.map(({ kind, executed }) => [kind, executed > 0])
    expect(kinds).toContainEqual(['poller', false])
    expect(kinds).toContainEqual(['worker', true])
  })

  test('a polling scheduler never sleeps', async () => {
    const { machine, report } = await runText(
      text(`async function work(): Promise<i32> { await sleep(100 * microsecond); await sleep(100 * microsecond); return 5 }
        export function main(): i32 { const loop = new PollingScheduler(); const result = loop.run(work); print(loop.looks > 50); return result }`),
      { trace: true },
    )
    expect(report.exitCode).toBe(5)
    expect(machine.console.text).toBe('true\n')
    expect(count(machine.trace().records, 'thread.wait')).toBe(0)
  })

  test('a scheduler of one’s own is a class with post', async () => {
    const { text: lines } = await runText(
      text(`import { Continuation, SynchronizationContext } from 'nothread/guest'
        class Newest extends SynchronizationContext {
          posted: Continuation[] = []
          post(continuation: Continuation): void { this.posted.push(continuation) }
          run(): void { while (this.posted.length > 0) this.posted.pop().run() }
        }
        let order = ''
        async function wait(task: Promise<i32>, name: string): Promise<void> { await task; order += name }
        export async function main(): Promise<void> {
          const newest = new Newest(); const source = new TaskSource<i32>()
          SynchronizationContext.current = newest
          wait(source.task, 'a'); wait(source.task, 'b'); wait(source.task, 'c')
          SynchronizationContext.current = null
          source.complete(1)
          print(order.length); print(newest.posted.length)
          SynchronizationContext.current = newest
          newest.run()
          SynchronizationContext.current = null
          print(order)
        }`),
    )
    expect(lines).toBe('0\n3\ncba\n')
  })
})
