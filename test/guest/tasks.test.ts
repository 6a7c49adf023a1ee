/** Tasks by the facts N7.7 to N7.12 of the thread pool and task library that the runtime follows. */
import { expect, test } from 'vitest'
import type { MachineOptions } from '../../host/machine/options.ts'
import { linesOfMain } from './programs.ts'

const imports = `import { AggregateError, CancellationToken, OperationCanceledError, AsyncEvent, AsyncReaderWriterLock, AsyncSemaphore, Awaitable, CancellationSource, Channel,
  Continuation, EventLoop, Interval, Resume, Select, StreamSource, SynchronizationContext, TaskSource, Thread, ThreadPool,
  microsecond, millisecond, now, print, race, resumeOn, settled, sleep, whenAll, whenAny, withTimeout, yieldNow } from 'nothread/guest'\n`

const linesOf = (rest: string, body: string, options: MachineOptions = {}): Promise<string[]> =>
  linesOfMain(imports + rest, body, options)

test('awaiting, N7.7 to N7.9: custom awaitables, late registration, where continuations run', async () => {
  const lines = await linesOf(
    `class Later extends Awaitable<i32> {
       asked: i32 = 0
       constructor(private ready: bool) { super() }
       get isCompleted(): bool { return this.ready }
       onCompleted(continuation: Continuation): void { this.asked++; continuation.resume() }
       getResult(): i32 { return 7 }
     }
     class Plain { get isCompleted(): bool { return true } onCompleted(c: Continuation): void {} getResult(): string { return 'plain' } }
     let order = ''
     async function waiter(task: Promise<i32>, name: string): Promise<void> { await task; order += name }
     async function queued(task: Promise<i32>): Promise<void> { await resumeOn(task, Resume.queued); order += 'q' }`,
    `const ready = new Later(true); print(await ready); print(ready.asked)
     const pending = new Later(false); print(await pending); print(pending.asked)
     print(await new Plain())
     const inline = new TaskSource<i32>(); const a = waiter(inline.task, 'i'); inline.complete(1); order += '|'
     const later = new TaskSource<i32>(false); const b = waiter(later.task, 'l'); later.complete(1); order += '|'
     await b
     const third = new TaskSource<i32>(); const c = queued(third.task); third.complete(1); order += '|'
     await c
     await waiter(third.task, 'late')
     print(order)
     order = ''
     const d = waiter(new TaskSource<i32>().task, '')
     let turns = 0
     ThreadPool.queue((n: i32): void => { order += 'queued before' }, 0)
     await yieldNow()
     print(order)
     print(d.isCompleted)`,
  )
  expect(lines).toEqual([
    '7',
    '0',
    '7',
    '1',
    'plain',
    'i||l|qlate',
    'queued before',
    'false',
    // It waits for a task that nobody completes.
    'leaked tasks: 1',
    '    at waiter (test.ts:13)',
  ])
})

test('combinators, N7.12: failed before cancelled before succeeded; the first of several; time limits', async () => {
  const lines = await linesOf(
    `async function nap(n: i64): Promise<i32> { await sleep(n * microsecond); return n as i32 }
     async function failAfter(n: i64): Promise<i32> { await sleep(n * microsecond); throw new Error('late') }
     async function stateOf(tasks: Promise<i32>[]): Promise<string> {
       const all = whenAll(tasks); await settled(all)
       return (all.isFailed ? 'failed ' + all.error!.message : all.isCancelled ? 'cancelled' : 'succeeded')
     }`,
    `const failed = new TaskSource<i32>(), cancelled = new TaskSource<i32>(), good = new TaskSource<i32>()
     failed.tryFail(new Error('no')); cancelled.tryCancel(); good.complete(1)
     print(await stateOf([cancelled.task, failed.task, good.task]))
     print(await stateOf([good.task, cancelled.task]))
     print(await stateOf([good.task, nap(20)]))
     const bad = new TaskSource<i32>(); const any = whenAny([nap(30), bad.task]); bad.tryFail(new Error('first')); print(await any)
     print(bad.task.isFailed)
     bad.task.error
     print(await race([nap(30), nap(10), nap(20)]))
     const start = now(); await race([sleep(90 * microsecond), sleep(10 * microsecond)]); print(now() - start < 50 * microsecond)
     print(await withTimeout(nap(50), 10 * microsecond)); print(await withTimeout(nap(10), 50 * microsecond))
     print(failed.tryFail(new Error('again'))); print(good.tryCancel())
     // A failure that comes too late to be chosen counts as seen.
     print(await whenAny([nap(10), failAfter(20)])); await sleep(40 * microsecond)
     print(await ThreadPool.run((): i32 => 6 * 7))
     try { await ThreadPool.run((): i32 => { throw new Error('computed') }) } catch (error) { print(error.message) }`,
  )
  expect(lines).toEqual([
    'failed no',
    'cancelled',
    'succeeded',
    '1',
    'true',
    '10',
    'true',
    'false',
    'true',
    'false',
    'false',
    ...['0', '42', 'computed'],
  ])
})

test('a failure that nobody looks at is reported at the end of the run', async () => {
  const lines = await linesOf(
    '',
    `const lost = new TaskSource<i32>(); lost.tryFail(new Error('nobody saw this'))
     const seen = new TaskSource<i32>(); seen.tryFail(new Error('seen')); print(seen.task.error!.message)
     const awaited = new TaskSource<i32>(); awaited.tryFail(new Error('awaited'))
     await settled(awaited.task); print(awaited.task.isFailed); awaited.task.error`,
  )
  expect(lines).toEqual(['seen', 'true', 'unobserved failure: Error: nobody saw this'])
})

test('cancellation, N7.11: order of callbacks, late registration, disposal, links, timers', async () => {
  const lines = await linesOf(
    `let order = ''
     async function cancelled(token: CancellationToken): Promise<void> { await sleep(10, token) }`,
    `const source = new CancellationSource()
     source.token.register((): void => { order += 'a' })
     const withdrawn = source.token.register((): void => { order += 'b' })
     source.token.register((): void => { order += 'c' })
     withdrawn.dispose()
     source.cancel(); source.cancel()
     print(order)
     source.token.register((): void => { order += 'late' })
     print(order)
     const first = new CancellationSource(), second = new CancellationSource()
     const both = CancellationSource.linked(first.token, second.token)
     second.cancel(); print(both.isCancelled); print(first.isCancelled)
     const own = CancellationSource.linked(first.token, new CancellationSource().token)
     own.cancel(); print(first.isCancelled)
     const began = now()
     const limit = new CancellationSource(); limit.cancelAfter(50 * microsecond)
     const long = sleep(10 * millisecond, limit.token); await settled(long)
     print(long.isCancelled); print(now() - began < 200 * microsecond)
     const short = sleep(10 * microsecond, new CancellationSource().token); await short; print(short.isCancelled)
     print(sleep(10, source.token).isCancelled)
     const wrong = new CancellationSource(); let calls = 0
     wrong.token.register((): void => { calls++ })
     wrong.token.register((): void => { throw new Error('one') })
     wrong.token.register((): void => { throw new Error('two') })
     try { wrong.cancel() } catch (error) { print((error as AggregateError).errors.length); print(calls) }
     try { await sleep(10, source.token) } catch (error) { print(error instanceof OperationCanceledError) }
     const ended = cancelled(source.token); print(ended.isCancelled)`,
  )
  expect(lines).toEqual([
    'ca',
    'calate',
    'true',
    'false',
    'false',
    'true',
    'true',
    'false',
    'true',
    ...['2', '1', 'true', 'true'],
  ])
})

test('synchronisation, N7.13: threads first, then coroutines in their order; cancelled waiters leave', async () => {
  const lines = await linesOf(
    `let order = ''
     const gate = new AsyncSemaphore(0)
     async function visit(name: string): Promise<void> { await gate.wait(); order += name; gate.release() }
     const access = new AsyncReaderWriterLock()
     async function read(name: string): Promise<void> { await access.lockRead(); order += name; await sleep(10 * microsecond); order += name; access.unlockRead() }
     async function write(name: string): Promise<void> { await access.lockWrite(); order += name; await sleep(10 * microsecond); order += name; access.unlockWrite() }
     function thread(n: i32): void { gate.waitBlocking(); order += 'T'; gate.release() }
     async function wait(event: AsyncEvent, name: string): Promise<void> { await event.wait(); order += name }`,
    `const a = visit('a'), b = visit('b')
     const t = Thread.start(thread, 0)
     await sleep(100 * microsecond)
     gate.release()
     await whenAll([a, b]); print(order); print(gate.count)
     order = ''
     await whenAll([read('r'), read('s'), write('w'), read('t')]); print(order)
     order = ''
     const source = new CancellationSource(), closed = new AsyncSemaphore(0)
     const gone = closed.wait(source.token), stays = closed.wait()
     print(closed.waiting); source.cancel(); await settled(gone); print(gone.isCancelled); print(closed.waiting)
     closed.release(); await stays; print(closed.count)
     const manual = new AsyncEvent(), auto = new AsyncEvent(false, true)
     const all = [wait(manual, 'm'), wait(manual, 'n')]; manual.set(); await whenAll(all); print(order); print(manual.isSet)
     const one = wait(auto, 'x'), two = wait(auto, 'y'); auto.set(); await one; print(two.isCompleted); print(auto.isSet)
     auto.set(); await two; auto.set(); await auto.wait(); print(auto.isSet)`,
  )
  expect(lines).toEqual([
    'Tab',
    '1',
    'rsrswwtt',
    '2',
    'true',
    '1',
    '0',
    'mn',
    'true',
    'false',
    'false',
    'false',
  ])
})

test('channels, select and streams', async () => {
  const lines = await linesOf(
    `async function feed(stream: StreamSource<i32>, count: i32): Promise<void> {
       for (let n = 0; n < count; n++) await stream.put(n * n)
       stream.end()
     }
     async function sendLater(channel: Channel<string>, value: string, delay: i64): Promise<void> { await sleep(delay); await channel.send(value) }`,
    `const a = new Channel<string>(1), b = new Channel<string>(1)
     sendLater(b, 'from b', 10 * microsecond); sendLater(a, 'from a', 20 * microsecond)
     for (let round = 0; round < 3; round++) {
       const select = new Select()
       select.receive(a); select.receive(b); select.after(100 * microsecond)
       const chosen = await select.first()
       print(chosen == 0 ? await a.receive() : chosen == 1 ? await b.receive() : 'time is over')
     }
     const stream = new StreamSource<i32>(2)
     feed(stream, 4)
     let sum = 0
     for await (const value of stream) sum += value
     print(sum)
     const ticks = new Interval(10 * microsecond, 3); const began = now(); let count = 0
     while (await ticks.next()) count += ticks.current
     print(count); print(now() - began >= 30 * microsecond)
     a.close()
     const none = a.receive(); print(none.isFailed); print(a.send('x').isFailed)`,
  )
  expect(lines).toEqual(['from b', 'from a', 'time is over', '14', '3', 'true', 'true', 'true'])
})

test('for await takes the values of a channel until it is closed, each in one loop', async () => {
  const lines = await linesOf(
    `async function square(input: Channel<i32>, output: Channel<i32>): Promise<i32> {
       let taken = 0
       for await (const value of input) { taken++; await yieldNow(); await output.send(value * value) }
       return taken
     }
     async function first(input: Channel<i32>): Promise<i32> { for await (const value of input) return value; return -1 }
     async function feed(output: Channel<i32>): Promise<void> { for (let n = 1; n <= 20; n++) await output.send(n) }`,
    `const numbers = new Channel<i32>(2), squares = new Channel<i32>(100)
     const workers = [square(numbers, squares), square(numbers, squares)]
     await feed(numbers)
     numbers.close()
     await whenAll(workers)
     print((await workers[0]) + (await workers[1])); print((await workers[0]) > 0 && (await workers[1]) > 0)
     print(await first(squares))
     squares.close()
     let sum = 0
     for await (const value of squares) sum += value
     print(sum)
     print(await first(squares))
     for await (const n of new Interval(microsecond)) if (n == 3) { print(n); break }`,
  )
  expect(lines).toEqual(['20', 'true', '1', String(2870 - 1), '-1', '3'])
})

test('Promise.all fails at once, Promise.any when all have failed, on several harts too', async () => {
  const lines = await linesOf(
    `async function failAfter(n: i64): Promise<i32> { await sleep(n * microsecond); throw new Error('after ' + n.toString()) }
     async function nap(n: i64): Promise<i32> { await sleep(n * microsecond); return n as i32 }`,
    `const began = now()
     try { await Promise.all([nap(500), failAfter(90), failAfter(20)]) } catch (error) { print(error.message) }
     print(now() - began < 80 * microsecond)
     const stopped = new CancellationSource()
     const naps = [sleep(500 * microsecond, stopped.token), sleep(10 * microsecond)]
     stopped.cancel()
     try { await Promise.all(naps) } catch (error) { print(error instanceof OperationCanceledError) }
     print((await Promise.all<i32>([])).length)
     const all: Promise<i32>[] = []
     for (let n = 0; n < 40; n++) all.push(ThreadPool.run((): i32 => { throw new Error(n.toString()) }))
     try { await Promise.any(all) } catch (error) {
       let order = 0
       const errors = (error as AggregateError).errors
       for (let n = 0; n < errors.length; n++) if (errors[n].message == n.toString()) order++
       print(errors.length); print(order)
     }
     const start = now(); await Promise.any([sleep(300 * microsecond), sleep(10 * microsecond)]); print(now() - start < 100 * microsecond)
     await sleep(600 * microsecond)`,
    { harts: 4 },
  )
  expect(lines).toEqual(['after 20', 'true', 'true', '0', '40', '40', 'true'])
})
