/** Facts N7.1 to N7.14 in the parts that the tests by subject (scheduling, tasks, synchronization) leave open. */
import { expect, test } from 'vitest'
import { linesOfMain } from './programs.ts'

const imports = `import { AsyncMutex, AsyncSemaphore, CancellationRegistration, CancellationSource, OperationCanceledError, Task, TaskSource, Thread, ThreadPool,
  cycles, microsecond, millisecond, now, print, settled, sleep, sleepBlocking, spend, whenAll, whenAny } from 'nothread/guest'\n`

const linesOf = (rest: string, body: string, harts = 1): Promise<string[]> =>
  linesOfMain(imports + rest, body, { harts })

test('N7.1: a thief takes the oldest item of another thread; from outside of the pool nothing is local', async () => {
  const lines = await linesOf(
    `let order = ''
     const done = new AsyncSemaphore(0)
     const gate = new TaskSource<i32>()
     function note(n: i32): void { order += n.toString(); done.release() }
     // Its thread blocks, so that the other one of the pool has to take all from it.
     function produce(n: i32): void {
       for (let n = 1; n <= 6; n++) ThreadPool.queue(note, n, true)
       sleepBlocking(millisecond)
     }
     function outside(n: i32): void { ThreadPool.queue(note, 7, true); ThreadPool.queueUrgent(note, 8); ThreadPool.queue(note, 9, true) }`,
    `ThreadPool.setThreads(2)
     ThreadPool.queue(produce, 0)
     for (let n = 0; n < 6; n++) await done.wait()
     print(order); print(ThreadPool.steals)
     order = ''
     await sleep(2 * millisecond)
     const takes = ThreadPool.localTakes
     Thread.start(outside, 0)
     for (let n = 0; n < 3; n++) await done.wait()
     print(order.includes('79')); print(ThreadPool.localTakes - takes)`,
  )
  expect(lines).toEqual(['123456', '6', 'true', '0'])
})

test('N7.1: a worker with much to do looks after its port again in between', async () => {
  const lines = await linesOf(
    `let order = ''
     const done = new AsyncSemaphore(0)
     function work(n: i32): void { spend(20_000_000); order += 'w'; done.release() }
     async function timer(): Promise<void> { await sleep(millisecond); order += 't' }`,
    `ThreadPool.setLimits(1, 1)
     const late = timer()
     for (let n = 0; n < 5; n++) ThreadPool.queue(work, n)
     for (let n = 0; n < 5; n++) await done.wait()
     await late
     print(order)`,
  )
  // 30 ms are over behind the second item of 20 ms.
  expect(lines).toEqual(['wwtwww'])
})

test('N7.2: unless told otherwise the pool has as many threads as there are harts', async () => {
  const body = `for (let n = 0; n < 12; n++) ThreadPool.queue((n: i32): void => { sleepBlocking(100 * microsecond); done.release() }, n)
     for (let n = 0; n < 12; n++) await done.wait()
     print(ThreadPool.threads)`
  const rest = 'const done = new AsyncSemaphore(0)'
  expect(await linesOf(rest, body, 1)).toEqual(['1'])
  expect(await linesOf(rest, body, 4)).toEqual(['4'])
})

test('N7.7: completions inside of each other go eight deep, and then through the queue', async () => {
  const lines = await linesOf(
    `const sources: TaskSource<i32>[] = []
     let depth = 0, deepest = 0, ended = 0
     async function link(n: i32): Promise<void> {
       await sources[n].task
       depth++; deepest = max(deepest, depth); ended++
       if (n + 1 < sources.length) sources[n + 1].complete(0)
       depth--
     }`,
    `for (let n = 0; n < 40; n++) sources.push(new TaskSource<i32>())
     const links: Promise<void>[] = []
     for (let n = 0; n < 40; n++) links.push(link(n))
     await sleep(1)
     sources[0].complete(0)
     print(ended < 40)
     await whenAll(links)
     print(ended); print(deepest)`,
  )
  const [isQueued, ended, deepest] = lines
  expect([isQueued, ended]).toEqual(['true', '40'])
  expect(Number(deepest)).toBeLessThanOrEqual(8)
  expect(Number(deepest)).toBeGreaterThan(4)
})

test('N7.8: a failure travels through every await, to every awaiter, once each, whenever it comes', async () => {
  const lines = await linesOf(
    `class Broken extends Error { constructor(public code: i32) { super('broken') } }
     let runs = 0
     async function fail(): Promise<i32> { await sleep(microsecond); throw new Broken(7) }
     async function through(task: Promise<i32>): Promise<i32> { return 1 + (await task) }
     async function tell(task: Promise<i32>): Promise<string> {
       try { return (await task).toString() } catch (error) {
         runs++
         return error instanceof Broken ? 'code ' + (error as Broken).code.toString() : error.message
       }
     }`,
    `const task = through(through(fail()))
     const first = tell(task), second = tell(task)
     print(await first); print(await second)
     // Both are over: late registration.
     print(await tell(task)); print(runs)
     const all = whenAll([fail(), through(fail())])
     await settled(all); print(all.error!.message)
     const source = new CancellationSource(); source.cancel()
     try { await sleep(10, source.token) } catch (error) { print(error instanceof OperationCanceledError) }
     const failed = new TaskSource<i32>(), cancelled = new TaskSource<i32>()
     failed.tryFail(new Error('first')); print(failed.tryFail(new Error('second'))); print(await tell(failed.task))
     cancelled.tryCancel(); print(cancelled.task.isFailed); print(await tell(cancelled.task))`,
  )
  expect(lines).toEqual([
    ...['code 7', 'code 7', 'code 7', '3', 'broken', 'true', 'false', 'first'],
    ...['false', 'The operation was cancelled'],
  ])
})

test('N7.11: callbacks run inside of cancel; to withdraw one waits for its end on another thread, but not on its own', async () => {
  const lines = await linesOf(
    `const source = new CancellationSource()
     let registration: CancellationRegistration | null = null
     let inside = false, ended = false
     function cancel(n: i32): void { source.cancel() }`,
    `let order = ''
     const own = new CancellationSource()
     own.token.register((): void => { order += 'callback ' })
     own.cancel(); order += 'behind'
     print(order)
     registration = source.token.register((): void => { inside = true; spend(300_000); ended = true })
     const thread = Thread.start(cancel, 0)
     while (!inside) spend(100)
     print(ended)
     registration!.dispose()
     print(ended)
     thread.join()
     const self = new CancellationSource()
     let withdrawn: CancellationRegistration | null = null
     withdrawn = self.token.register((): void => { withdrawn!.dispose(); print('no deadlock') })
     self.cancel()`,
    2,
  )
  expect(lines).toEqual(['callback behind', 'false', 'true', 'no deadlock'])
})

test('N7.12: whenAny succeeds with the first, also when that one failed', async () => {
  const lines = await linesOf(
    `async function fail(): Promise<i32> { await sleep(microsecond); throw new Error('first') }
     async function nap(): Promise<i32> { await sleep(50 * microsecond); return 1 }`,
    `const tasks = [nap(), fail()]
     const any = whenAny(tasks)
     print(await any); print(any.isFailed); print(tasks[1].error!.message); await tasks[0]`,
  )
  expect(lines).toEqual(['1', 'false', 'first'])
})
