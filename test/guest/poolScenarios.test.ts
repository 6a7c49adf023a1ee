/** Scenarios S118 to S125 of the thread pool, in the terms of this runtime. */
import { expect, test } from 'vitest'
import { linesOfMain } from './programs.ts'

const imports = `import { CancellationSource, Continuation, Datagram, Event, Interval, Semaphore, ThreadPool, UdpSocket, WorkGroup, microsecond, millisecond, now,
  print, settled, sleep, sleepBlocking, whenAll } from 'nothread/guest'\n`

const linesOf = (rest: string, body: string): Promise<string[]> => linesOfMain(imports + rest, body)

test('S118, S122, S123: groups: each call once, waits for all that began, withdraws the rest', async () => {
  const lines = await linesOf(
    `let calls = 0`,
    `ThreadPool.setLimits(1, 1)
     const one = new WorkGroup(); one.queue((): void => { calls++ }); await one.wait(); print(calls)
     calls = 0
     const many = new WorkGroup()
     for (let n = 0; n < 100; n++) many.queue((): void => { if (++calls == 5) many.cancel() })
     await many.wait()
     print(calls); print(many.begun); print(many.withdrawn)
     const slow = new WorkGroup(); const began = now()
     for (let n = 0; n < 3; n++) slow.queue((): void => { sleepBlocking(100 * microsecond) })
     await slow.wait(); print(now() - began >= 300 * microsecond); print(slow.begun)
     const gate = new Semaphore(0, 1); const last = new WorkGroup()
     last.queue((): void => { sleepBlocking(50 * microsecond) })
     last.wait().onCompleted(Continuation.from((): void => gate.release()))
     const released = gate.signalled(); print(released.isCompleted); await released; print(last.begun)`,
  )
  expect(lines).toEqual(['1', '5', '5', '95', 'true', '3', 'false', '1'])
})

test('S121: I/O ends once: done, cancelled with no bytes, done at once, refused at once', async () => {
  const lines = await linesOf(
    `let ends = 0
     async function watch(task: Promise<i32>): Promise<void> { await settled(task); ends++ }`,
    `const socket = UdpSocket.bind(5000), buffer = new Uint8Array(64), source = new CancellationSource()
     const receiving = socket.receiveFrom(buffer, new Datagram(), source.token), watching = watch(receiving)
     print(receiving.isCompleted); source.cancel(); await watching; print(receiving.isCancelled); print(ends)
     const to = new Datagram(); to.address = 0x0a000202; to.port = 9
     const sent = socket.sendTo(buffer, 64, to); print(await sent); await watch(sent); print(ends)
     socket.close()
     const other = UdpSocket.bind(5001); const refused = other.sendTo(new Uint8Array(4000), 4000, to)
     print(refused.isCompleted); print((await refused) < 0)`,
  )
  expect(lines).toEqual(['false', 'true', '1', '64', '2', 'true', 'true'])
})

test('S124: timers: relative, due at once, periodic', async () => {
  const lines = await linesOf(
    '',
    `let began = now()
     await sleep(200 * millisecond)
     let elapsed = (now() - began) / millisecond; print(elapsed >= 100 && elapsed <= 300)
     began = now(); await sleep(0); await sleep(1); print((now() - began) / millisecond < 50)
     began = now(); const periodic = new Interval(200 * millisecond, 3)
     while (await periodic.next()) {}
     elapsed = (now() - began) / millisecond; print(elapsed >= 500 && elapsed <= 700)`,
  )
  expect(lines).toEqual(['true', 'true', 'true'])
})

test('S125: registered waits: the signal is taken once, a time limit takes nothing, many in any order', async () => {
  const lines = await linesOf(
    `let order: i32[] = []
     let timeouts = 0
     async function wait(event: Event, name: i32, limit: i64): Promise<void> {
       const source = new CancellationSource(); source.cancelAfter(limit)
       const task = event.signalled(source.token); await settled(task)
       if (task.isCancelled) timeouts++
       else order.push(name)
       source.cancel()
     }
     async function all(count: i32, descending: bool): Promise<bool> {
       const events: Event[] = [], waits: Promise<void>[] = []
       order = []
       for (let n = 0; n < count; n++) { events.push(new Event(false, true)); waits.push(wait(events[n], n, 200 * millisecond)) }
       for (let n = 0; n < count; n++) { events[descending ? count - 1 - n : n].set(); await sleep(20 * microsecond) }
       await whenAll(waits)
       let right = order.length == count
       for (let n = 0; n < order.length; n++) if (order[n] != (descending ? count - 1 - n : n)) right = false
       for (let n = 0; n < count; n++) events[n].close()
       return right
     }`,
    `const semaphore = new Semaphore(0, 2)
     const first = semaphore.signalled(); semaphore.release(); await first; print(first.isCompleted)
     const limit = new CancellationSource(); limit.cancelAfter(100 * microsecond)
     const late = semaphore.signalled(limit.token); await settled(late); print(late.isCancelled)
     semaphore.release(); await semaphore.signalled(); print('not consumed by the one that gave up')
     print(await all(512, false)); print(await all(512, true)); print(timeouts)
     const silent: Event[] = [], waits: Promise<void>[] = []
     for (let n = 0; n < 512; n++) { silent.push(new Event(false, true)); waits.push(wait(silent[n], n, 100 * microsecond)) }
     await whenAll(waits); print(timeouts)`,
  )
  expect(lines).toEqual([
    ...['true', 'true', 'not consumed by the one that gave up', 'true', 'true', '0', '512'],
  ])
})
