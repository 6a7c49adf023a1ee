/** Circles of waits through everything that can wait: threads, coroutines, fibers, mutexes of threads and of coroutines. */
import { expect, test } from 'vitest'
import { Machine } from '../../host/machine/machine.ts'
import { compileText } from '../guest/programs.ts'

const imports = `import { AsyncMutex, Fiber, Mutex, Task, Thread, ThreadPool, microsecond, millisecond, sleep, sleepBlocking, whenAll } from 'nothread/guest'\n`

/** The circles in a program after 2 ms, with `fiber A` and so on for the addresses of fibers, and `T1` and so on for threads. */
async function circlesIn(text: string, harts = 1): Promise<string[]> {
  const machine = await Machine.create({ harts })
  await machine.load(await compileText(imports + text))
  await machine.run({ for: '2ms' })
  expect(machine.ended).toBe(false)
  return machine.deadlocks().map(({ description }) => {
    const fibers = [...new Set(description.match(/0x[0-9a-f]+/g) ?? [])]
    return description.replace(/0x[0-9a-f]+/g, (address) => 'AB'[fibers.indexOf(address)])
  })
}

test('a mutex of coroutines that a plain function of a thread has locked', async () => {
  const circles = await circlesIn(`
    const mutex = new AsyncMutex()
    async function taker(): Promise<void> {
      await mutex.lock()
      mutex.unlock()
    }
    function owner(n: i32): void {
      mutex.lock()
      taker().wait()
      mutex.unlock()
    }
    export async function main(): Promise<void> {
      Thread.start(owner, 0)
      await sleep(10 * millisecond)
    }`)
  expect(circles).toEqual(['thread 2 waits for taker at line 5 waits for thread 2'])
})

test('a mutex that was handed on to a thread', async () => {
  const circles = await circlesIn(`
    const mutex = new AsyncMutex()
    async function first(): Promise<void> { await mutex.lock(); await sleep(50 * microsecond); mutex.unlock() }
    async function last(): Promise<void> { await sleep(20 * microsecond); await mutex.lock(); mutex.unlock() }
    function second(n: i32): void { mutex.lock().wait(); lastTask!.wait() }
    let lastTask: Task<void> | null = null
    export async function main(): Promise<void> {
      const one = first(); lastTask = last()
      Thread.start(second, 0)
      await one; await sleep(10 * millisecond)
    }`)
  expect(circles).toEqual(['thread 2 waits for last at line 5 waits for thread 2'])
})

test('a coroutine that runs on a thread that is blocked', async () => {
  const circles = await circlesIn(`
    const held = new Mutex()
    let task: Task<void> | null = null
    function owner(n: i32): void { held.lock(); sleepBlocking(100 * microsecond); task!.wait(); held.unlock() }
    async function blocks(): Promise<void> {
      await sleep(50 * microsecond)
      held.lock()
    }
    async function awaits(): Promise<void> { await blocks() }
    export async function main(): Promise<void> {
      Thread.start(owner, 0)
      task = awaits()
      await task!
    }`)
  expect(circles).toEqual([
    'thread 1 waits for thread 2 waits for awaits at line 10 waits for blocks, which runs, waits for thread 1',
  ])
})

test('a coroutine that waits, with its thread, for who awaits it', async () => {
  const circles = await circlesIn(`
    let outer: Task<void> | null = null
    async function inner(): Promise<void> { await sleep(20 * microsecond); outer!.wait() }
    async function middle(): Promise<void> { await inner() }
    export async function main(): Promise<void> { outer = middle(); await outer! }`)
  expect(circles).toEqual([
    'thread 1 waits for middle at line 5 waits for inner, which runs, waits for thread 1',
  ])
})

test('fibers that hold mutexes of coroutines', async () => {
  const circles = await circlesIn(`
    const a = new AsyncMutex(), b = new AsyncMutex()
    function take(one: AsyncMutex, other: AsyncMutex): void {
      Fiber.await<void>(one.lock())
      Fiber.await<void>(sleep(20 * microsecond))
      Fiber.await<void>(other.lock())
    }
    export async function main(): Promise<void> {
      new Fiber((): void => take(a, b)).resume()
      new Fiber((): void => take(b, a)).resume()
      await sleep(10 * millisecond)
    }`)
  expect(circles).toEqual(['fiber A waits for fiber B waits for fiber A'])
  const deep = await circlesIn(`
    const a = new AsyncMutex(), b = new AsyncMutex()
    async function needs(mutex: AsyncMutex): Promise<void> { await mutex.lock(); mutex.unlock() }
    function take(one: AsyncMutex, other: AsyncMutex): void {
      Fiber.await<void>(one.lock())
      Fiber.await<void>(sleep(20 * microsecond))
      Fiber.await<void>(needs(other))
    }
    export async function main(): Promise<void> {
      new Fiber((): void => take(a, b)).resume()
      new Fiber((): void => take(b, a)).resume()
      await sleep(10 * millisecond)
    }`)
  expect(deep).toEqual([
    'needs at line 4 waits for fiber A waits for needs at line 4 waits for fiber B waits for needs at line 4',
  ])
})

test('a mutex of threads, one of coroutines, a fiber, two threads and a coroutine in one circle', async () => {
  const circles = await circlesIn(`
    const kernel = new Mutex(), mutex = new AsyncMutex()
    async function needs(): Promise<void> { await sleep(20 * microsecond); await mutex.lock(); mutex.unlock() }
    let task: Task<void> | null = null
    function onFiber(n: i32): void {
      new Fiber((): void => { mutex.lock(); sleepBlocking(50 * microsecond); kernel.lock() }).resume()
    }
    function owner(n: i32): void { kernel.lock(); sleepBlocking(100 * microsecond); task!.wait(); kernel.unlock() }
    export async function main(): Promise<void> {
      Thread.start(onFiber, 0); Thread.start(owner, 0)
      task = needs()
      await sleep(10 * millisecond)
    }`)
  expect(circles).toEqual([
    'thread 2 waits for thread 3 waits for needs at line 4 waits for fiber A waits for thread 2',
  ])
})

test('no circle: who holds the mutex runs elsewhere, or will unlock it', async () => {
  const circles = await circlesIn(
    `
    const mutex = new AsyncMutex()
    function lockFor(): Task<void> { return mutex.lock() }
    async function holds(): Promise<void> { await lockFor(); await sleep(3 * millisecond); mutex.unlock() }
    async function needs(): Promise<void> { await mutex.lock(); mutex.unlock() }
    async function blocks(): Promise<void> { await sleep(20 * microsecond); needs().wait() }
    export async function main(): Promise<void> { await whenAll([holds(), blocks()]); await sleep(millisecond) }`,
    2,
  )
  expect(circles).toEqual([])
})
