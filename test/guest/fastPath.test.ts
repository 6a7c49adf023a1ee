/**
 * What costs no memory when the result is there: facts N7.7 (a completed task does not suspend) and N7.9 (memory is allocated at the first real
 * suspension). The second half shows that a frame is used again only when nobody else has it.
 */
import { describe, expect, test } from 'vitest'
import { linesOfMain, runText } from './programs.ts'

const imports = `import { AsyncMutex, AsyncSemaphore, Awaitable, CancellationSource, Continuation, Memory, Task, TaskSource, Thread, cycles, microsecond,
  millisecond, print, settled, sleep, sleepBlocking, spend, yieldNow } from 'nothread/guest'\n`

const linesOf = (rest: string, body: string, harts = 1): Promise<string[]> =>
  linesOfMain(imports + rest, body, { harts })

/** Bytes that 1000 rounds take from the heap, by name; the first round is not counted. */
async function bytesOf(
  rest: string,
  rounds: Record<string, string>,
): Promise<Record<string, number>> {
  const measure = Object.entries(rounds).map(
    ([name, round]) => `{ let n = 0; ${round}
      const before = Memory.used
      for (n = 1; n <= 1000; n++) { ${round} }
      print('${name} ' + (Memory.used - before).toString()) }`,
  )
  const lines = await linesOf(`let sum = 0\n${rest}`, measure.join('\n'))
  return Object.fromEntries(lines.map((line) => line.split(' ')).map(([k, v]) => [k, Number(v)]))
}

describe('N7.7, N7.9: nothing is allocated when nothing waits', () => {
  test('tasks that are over, and locks that are free', async () => {
    const bytes = await bytesOf(
      `const ready = later(); async function later(): Promise<i32> { return 3 }
       const mutex = new AsyncMutex(), semaphore = new AsyncSemaphore(1)
       const source = new CancellationSource()`,
      {
        task: 'sum += await ready',
        mutex: 'await mutex.lock(); mutex.unlock()',
        semaphore: 'await semaphore.wait(); semaphore.release()',
        sleep: 'await sleep(0)',
        suspends: 'await yieldNow(); await sleep(1)',
      },
    )
    const { suspends, ...none } = bytes
    expect(none).toEqual({ task: 0, mutex: 0, semaphore: 0, sleep: 0 })
    expect(suspends).toBeGreaterThan(10_000)
  })

  test('async functions that end without being suspended, awaited where they are called', async () => {
    const bytes = await bytesOf(
      `async function one(n: i32): Promise<i32> { return n + 1 }
       async function chain(n: i32): Promise<i32> { return (await one(n)) + (await (one(n + 1))) }
       async function nothing(): Promise<void> {}
       async function deep(n: i32): Promise<i32> { return n == 0 ? 0 : 1 + (await deep(n - 1)) }
       const arrow = async (n: i32): Promise<i64> => <i64>n << 32
       class Counter { n: i32 = 0; async next(): Promise<i32> { return ++this.n }; async twice(): Promise<i32> { await this.next(); return this.next2() } private next2(): i32 { return this.n } }
       const counter = new Counter()
       async function fails(): Promise<i32> { throw new Error('no') }
       const kept = new Array<Promise<i32>>(1)
       async function waits(n: i32): Promise<i32> { await yieldNow(); return n }`,
      {
        function: 'sum += await one(n)',
        void: 'await nothing()',
        chain: 'sum += await chain(n)',
        recursion: 'sum += await deep(10)',
        constant: 'sum += i32((await arrow(n)) >> 32)',
        method: 'sum += await counter.twice()',
        // Not these: somebody else has the task, or it was suspended.
        elsewhere: 'kept[0] = one(n); sum += await kept[0]',
        suspended: 'sum += await waits(n)',
      },
    )
    const { elsewhere, suspended, ...none } = bytes
    expect(none).toEqual({ function: 0, void: 0, chain: 0, recursion: 0, constant: 0, method: 0 })
    // A block of 48 bytes each, but for those that other calls have left.
    expect(elsewhere).toBeGreaterThan(45_000)
    expect(suspended).toBeGreaterThan(45_000)
  })
})

describe('a frame that somebody else has is not used again', () => {
  test('tasks that were kept, by whatever way, have their own results', async () => {
    const lines = await linesOf(
      `let last: Task<i32> | null = null
       async function one(n: i32): Promise<i32> { return n }
       function remember(n: i32): Promise<i32> { const task = one(n); last = task; return task }
       function same<T>(value: T): T { return value }
       class Base { async get(n: i32): Promise<i32> { return n } }
       class Derived extends Base { get(n: i32): Promise<i32> { return remember(n) } }
       let choose: (n: i32) => Promise<i32> = one
       async function burn(): Promise<void> { for (let n = 0; n < 20; n++) await one(1000 + n) }`,
      `print(await remember(1)); await burn(); print(last!.result)
       print(await same(one(2))); await burn()
       const base: Base = new Derived(); print(await base.get(3)); await burn(); print(last!.result)
       choose = remember; print(await choose(4)); await burn(); print(last!.result)
       const tasks = [one(5), one(6), one(7)]
       await burn()
       print(await tasks[0] + await tasks[1] + await tasks[2])
       const five = one(5); await five; await burn(); print(await five)
       {
         const one = (n: i32): Promise<i32> => remember(n)
         print(await one(8)); await burn(); print(last!.result)
       }`,
    )
    expect(lines.join(' ')).toBe('1 1 2 3 3 4 4 18 5 8 8')
  })

  test('a frame that was suspended stays what it was: a second run of its continuation is refused', async () => {
    const lines = await linesOf(
      `class Twice extends Awaitable<i32> {
         kept: Continuation | null = null
         get isCompleted(): bool { return false }
         onCompleted(continuation: Continuation): void { this.kept = continuation; continuation.queue() }
         getResult(): i32 { return 9 }
       }
       async function user(twice: Twice): Promise<i32> { return await twice }
       async function one(n: i32): Promise<i32> { return n }`,
      `const twice = new Twice()
       print(await user(twice))
       for (let n = 0; n < 20; n++) await one(n)
       try { twice.kept!.resume() } catch (error) { print(error.message) }`,
    )
    expect(lines).toEqual(['9', 'A continuation was run twice: user (test.ts) has ended'])
  })

  test('results that are objects live as long as somebody uses them, and no longer', async () => {
    const lines = await linesOf(
      `async function make(n: i32): Promise<string> { return 'text ' + n.toString() }
       async function large(): Promise<Uint8Array> { return new Uint8Array(100_000) }`,
      `const texts: string[] = []
       for (let n = 0; n < 100; n++) texts.push(await make(n))
       for (let n = 0; n < 20; n++) await large()
       Memory.collect()
       print(texts[0] + ', ' + texts[99]); print(Memory.used < 250_000)`,
    )
    expect(lines).toEqual(['text 0, text 99', 'true'])
  })

  test('the holder of a mutex is known after the call that has locked it', async () => {
    const program = `${imports}
      const mutex = new AsyncMutex()
      async function acquire(): Promise<void> { await mutex.lock() }
      async function waits(): Promise<void> { await sleep(microsecond) }
      export async function main(): Promise<void> {
        await acquire()
        const other = waits()
        await mutex.lock()
      }`
    const { machine } = await runText(program)
    // The frame of "acquire" has not become that of "waits", which would then seem to hold the mutex.
    expect(machine.coroutines().map(({ waitsFor }) => waitsFor)).toEqual([
      expect.stringMatching(/^task/),
      expect.stringMatching(/^main/),
    ])
  })

  test('each thread has frames of its own', async () => {
    const lines = await linesOf(
      `async function one(n: i32): Promise<i32> { return n }
       async function sum(count: i32): Promise<i64> { let total: i64 = 0; for (let n = 0; n < count; n++) total += await one(n); return total }
       const totals = new StaticArray<i64>(4)
       const done = new AsyncSemaphore(0)
       function work(index: i32): void { totals[index] = sum(2000).wait(); done.release() }`,
      `for (let n = 0; n < 4; n++) Thread.start(work, n)
       for (let n = 0; n < 4; n++) await done.wait()
       print(totals.join(' '))`,
      4,
    )
    expect(lines).toEqual(['1999000 1999000 1999000 1999000'])
  })
})
