import { describe, expect, test } from 'vitest'
import { linesOfMain, runText } from './programs.ts'

const imports = `import { AsyncMutex, AsyncSemaphore, Channel, TaskSource, microsecond, print, sleep,
  whenAll, whenAny } from 'nothread/guest'\n`

const consoleOf = (rest: string, body: string): Promise<string[]> =>
  linesOfMain(imports + rest, body)

describe('combinators', () => {
  test('whenAny gives the index of the first, and the others go on', async () => {
    const lines = await consoleOf(
      `async function nap(n: i64): Promise<i32> { await sleep(10 * n * microsecond); print(n); return 1 }`,
      `const naps = [nap(30), nap(10), nap(20)]
       print(await whenAny(naps))
       await whenAll(naps)`,
    )
    expect(lines).toEqual(['10', '1', '20', '30'])
  })

  test('whenAny of a completed task does not wait', async () => {
    const lines = await consoleOf(
      `async function ready(): Promise<i32> { return 1 }`,
      `const never = new TaskSource<i32>()
       const any = whenAny([never.task, ready(), ready()])
       print(any.isCompleted); print(await any)`,
    )
    expect(lines).toEqual(['true', '1'])
  })
})

describe('a semaphore', () => {
  test('lets as many in as it has permits, in the order in which they came', async () => {
    const lines = await consoleOf(
      `const gate = new AsyncSemaphore(2)
       let inside = 0
       let most = 0
       let order = ''
       async function visit(n: i32): Promise<void> {
         await gate.wait()
         order += n.toString()
         inside++
         if (inside > most) most = inside
         await sleep(10 * microsecond)
         inside--
         gate.release()
       }`,
      `const visits: Promise<void>[] = []
       for (let n = 0; n < 10; n++) visits.push(visit(n))
       await whenAll(visits)
       print(order); print(most); print(gate.count)`,
    )
    expect(lines).toEqual(['0123456789', '2', '2'])
  })

  test('does not run a waiter inside of release', async () => {
    const lines = await consoleOf(
      `const gate = new AsyncSemaphore(0)
       async function wait(): Promise<void> { await gate.wait(); print('waiter') }`,
      `const waiting = wait(); gate.release(); print('released'); await waiting`,
    )
    expect(lines).toEqual(['released', 'waiter'])
  })

  test('N7.13: released above its maximum throws', async () => {
    const { report, text } = await runText(
      `${imports}export async function main(): Promise<void> { new AsyncSemaphore(1, 1).release() }`,
    )
    expect(report.stopReason).toBe('fault')
    expect(text).toContain('A semaphore was released too often')
  })
})

test('a mutex keeps sections apart over awaits', async () => {
  const lines = await consoleOf(
    `const mutex = new AsyncMutex()
     let balance = 0
     async function add(): Promise<void> {
       await mutex.lock()
       const before = balance
       await sleep(5 * microsecond)
       balance = before + 1
       mutex.unlock()
     }`,
    `const all: Promise<void>[] = []
     for (let n = 0; n < 200; n++) all.push(add())
     await whenAll(all)
     print(balance); print(mutex.isLocked)`,
  )
  expect(lines).toEqual(['200', 'false'])
})

test('a channel keeps order and holds back who sends too much', async () => {
  const lines = await consoleOf(
    `let most = 0
     async function produce(channel: Channel<i32>): Promise<void> {
       for (let n = 0; n < 100; n++) { await channel.send(n); if (channel.length > most) most = channel.length }
     }
     async function consume(channel: Channel<i32>): Promise<i32> {
       let wrong = 0
       for (let n = 0; n < 100; n++) {
         if ((await channel.receive()) != n) wrong++
         if (n % 10 == 0) await sleep(microsecond)
       }
       return wrong
     }`,
    `const channel = new Channel<i32>(4)
     const producer = produce(channel)
     print(await consume(channel))
     await producer
     print(most); print(channel.length)`,
  )
  expect(lines).toEqual(['0', '4', '0'])
})
