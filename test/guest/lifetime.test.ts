/** What is given back while somebody else has it: the reports, which name both owners and their lines. */
import { describe, expect, test } from 'vitest'
import { runShipped, runText } from './programs.ts'

/** Console lines of a program with a function `attempt` that prints what is thrown. The body's first line is 7. */
async function linesOf(rest: string, body: string): Promise<string[]> {
  const text = `import { Awaitable, Continuation, Datagram, Event, Semaphore, TaskSource, Thread, UdpSocket, microsecond, print, release, sleep, sleepBlocking } from 'nothread/guest'
${rest}
function attempt(what: () => void): void {
  try { what() } catch (error) { print(error.stack) }
}
export async function main(): Promise<void> {
${body}
}`
  const { report, text: console } = await runText(text)
  expect({ report, console }).toMatchObject({ report: { stopReason: 'exit', exitCode: 0 } })
  return console.trimEnd().split('\n')
}

const receive = `async function receive(socket: UdpSocket, buffer: Uint8Array, from: Datagram): Promise<i32> { return await socket.receiveFrom(buffer, from) }`
const attempted = (line: number): string[] => [
  `    at main (inner) (test.ts:${line})`,
  '    at attempt (test.ts:4)',
]

test('N7.10: a buffer, a record and a handle that a request has serve nobody else', async () => {
  const lines = await linesOf(
    receive,
    `const socket = UdpSocket.bind(5000), buffer = new Uint8Array(64), from = new Datagram()
     const receiving = receive(socket, buffer, from)
     attempt((): void => release(buffer))
     attempt((): void => { socket.receiveFrom(new Uint8Array(8), from) })
     attempt((): void => socket.close())
     socket.abort(); print(await receiving)
     attempt((): void => release(buffer))
     attempt((): void => socket.close())
     attempt((): void => { socket.receiveFrom(buffer, from) })`,
  )
  expect(lines).toEqual([
    'LifetimeError: A buffer was released that request 2 of the kernel has, made at receive (test.ts:2)',
    ...attempted(9),
    'LifetimeError: A datagram was used that request 2 of the kernel has, made at receive (test.ts:2)',
    ...attempted(10),
    'LifetimeError: A socket was closed that request 2 of the kernel uses, made at receive (test.ts:2)',
    ...attempted(11),
    `${0xc0000120 | 0}`,
    'LifetimeError: A socket was closed twice, first at main (test.ts:12)',
    ...attempted(14),
    'LifetimeError: A socket was used after it was closed at main (test.ts:12)',
    ...attempted(15),
  ])
})

test('a request that is awaited elsewhere names that line too', async () => {
  const lines = await linesOf(
    `async function wait(task: Promise<i32>): Promise<i32> { return await task }`,
    `const socket = UdpSocket.bind(5000), buffer = new Uint8Array(64)
     const request = socket.receiveFrom(buffer, new Datagram())
     const waiting = wait(request)
     attempt((): void => release(buffer))
     socket.abort(); await waiting`,
  )
  expect(lines).toEqual([
    'LifetimeError: A buffer was released that request 2 of the kernel has, made at main (test.ts:8), awaited by wait (test.ts:2)',
    ...attempted(10),
  ])
})

test('handles of objects that coroutines and threads wait for', async () => {
  const lines = await linesOf(
    `function block(semaphore: Semaphore): void { semaphore.wait() }`,
    `const event = new Event(), semaphore = new Semaphore(0)
     const wait = event.signalled()
     attempt((): void => event.close())
     event.set(); await wait; event.close()
     const thread = Thread.start(block, semaphore)
     sleepBlocking(50 * microsecond)
     attempt((): void => semaphore.close())
     semaphore.release(); thread.join(); semaphore.close()`,
  )
  expect(lines).toEqual([
    'LifetimeError: An event was closed that a wait uses, begun at main (test.ts:8)',
    ...attempted(9),
    'LifetimeError: A semaphore was closed that thread 1 waits for, at block (test.ts:2)',
    ...attempted(13),
  ])
})

describe('a coroutine that is resumed by two', () => {
  const twice = [
    'class Signal extends Awaitable<i32> { continuation: Continuation | null = null;',
    'get isCompleted(): bool { return false }; getResult(): i32 { return 1 };',
    'onCompleted(continuation: Continuation): void { this.continuation = continuation } }',
    'const never = new TaskSource<i32>(), signal = new Signal();',
    'async function wait(goesOn: bool): Promise<void> { await signal; if (goesOn) await never.task }',
    'function again(): void { signal.continuation!.resume() }',
  ].join(' ')

  test.each([
    ['while it waits for something else', true, 'wait (test.ts:2) waits for something else'],
    ['after its end', false, 'wait (test.ts) has ended'],
  ])('%s', async (_, goesOn, text) => {
    const lines = await linesOf(
      twice,
      `const waiting = wait(${goesOn}); again(); attempt(again)
       never.complete(1); await waiting`,
    )
    expect(lines).toEqual([
      `LifetimeError: A continuation was run twice: ${text}`,
      '    at again (test.ts:2)',
      '    at attempt (test.ts:4)',
    ])
  })

  test('and a callback that is', async () => {
    const lines = await linesOf(
      '',
      `const callback = Continuation.from((): void => print('called'))
       callback.run(); attempt((): void => callback.run())`,
    )
    expect(lines).toEqual([
      'called',
      'LifetimeError: A continuation was run twice',
      ...attempted(8),
    ])
  })
})

test('a frame that is freed', async () => {
  const { report, text } = await runText(`import { TaskSource } from 'nothread/guest'
    async function wait(): Promise<i32> { return await new TaskSource<i32>().task }
    export async function main(): Promise<void> { heap.free(changetype<usize>(wait())) }`)
  expect(report.stopReason).toBe('fault')
  expect(text).toContain('The frame of wait (test.ts:2) was freed')
})

test('what is left at the end: tasks that still wait, with their lines, and failures that nobody saw', async () => {
  const lines = await linesOf(
    `async function forget(): Promise<void> { await new TaskSource<i32>().task }
async function fail(): Promise<void> { throw new Error('nobody looks at this') }`,
    `for (let n = 0; n < 3; n++) forget()
     sleep(microsecond); fail()
     const seen = fail(); try { await seen } catch { print('seen') }`,
  )
  expect(lines).toEqual([
    'seen',
    'unobserved failure: Error: nobody looks at this',
    '    at fail (test.ts:3)',
    'leaked tasks: 3',
    '    at forget (test.ts:2), 3 times',
  ])
})

test('lifetime: the program shows all of it', async () => {
  const { lines } = await runShipped('lifetime')
  expect(lines.map((line) => line.replace(/\(\S*\//, '('))).toEqual([
    'release: LifetimeError: A buffer was released that request 2 of the kernel has, made at receive (lifetime.ts:26)',
    '    at main (inner) (lifetime.ts:52)',
    '    at attempt (lifetime.ts:31)',
    'close: LifetimeError: A socket was closed that request 2 of the kernel uses, made at receive (lifetime.ts:26)',
    '    at main (inner) (lifetime.ts:53)',
    '    at attempt (lifetime.ts:31)',
    'release: done',
    'close: done',
    'close: LifetimeError: A socket was closed twice, first at main (inner) (lifetime.ts:57)',
    '    at main (inner) (lifetime.ts:58)',
    '    at attempt (lifetime.ts:31)',
    'unobserved failure: Error: nobody looks at this',
    '    at fail (lifetime.ts:44)',
    'leaked tasks: 1',
    '    at forget (lifetime.ts:40)',
  ])
})
