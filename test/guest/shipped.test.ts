import { expect, test } from 'vitest'
import { count, numbersOf, runShipped as run } from './programs.ts'

test('hello: three sleeps take as long as the longest', async () => {
  const { lines, records } = await run('hello')
  expect(lines.slice(0, 3)).toEqual(['hello, first', 'hello, second', 'hello, third'])
  const [letters, microseconds] = numbersOf(lines[3])
  expect(letters).toBe(16)
  expect(microseconds).toBeGreaterThanOrEqual(300)
  expect(microseconds).toBeLessThan(330)
  expect(count(records, 'timer.fire')).toBe(3)
})

test('get-numbers: together costs the longest time, one after the other the sum', async () => {
  const { lines } = await run('get-numbers')
  const [sum, sequential] = numbersOf(lines[0])
  const [sameSum, together] = numbersOf(lines[1])
  expect([sum, sameSum]).toEqual([66, 66])
  expect(sequential).toBeGreaterThan(600_000)
  expect(together).toBeGreaterThan(300_000)
  expect(together).toBeLessThan(330_000)
})

test('await-fast-path: what is there neither suspends, nor calls the kernel, nor takes memory', async () => {
  const { lines, records } = await run('await-fast-path')
  const rows = lines.map(numbersOf)
  expect(rows.map(([round, value]) => [round, value])).toEqual(
    [1, 2, 3, 1, 2, 3].map((round) => [round, 24]),
  )
  const cycles = rows.map((row) => row[2])
  const bytes = rows.map((row) => row[3])
  for (const first of [cycles[0], cycles[3]]) expect(first).toBeGreaterThan(50_000)
  for (const later of [1, 2, 4, 5]) expect(cycles[later]).toBeLessThan(2_000)
  expect(bytes[0]).toBeGreaterThan(0)
  // The second call takes a frame, since that of the first was suspended; the third one uses it again.
  expect(bytes.slice(1)).toEqual([0, 0, expect.any(Number), 48, 0])
  expect(count(records, 'await.ready')).toBe(4)
  expect(count(records, 'port.release') + count(records, 'port.remove')).toBe(2)
})

test('race: the first completion counts, the others go on', async () => {
  const { lines, records } = await run('race')
  // Two mirrors and a time limit; nobody is cancelled.
  const fires = records.filter(({ name }) => name === 'timer.fire').map(({ cycle }) => cycle)
  expect(fires).toHaveLength(3)
  expect(fires[2] - fires[0]).toBeGreaterThan(240_000)
  expect(fires[2] - fires[0]).toBeLessThan(270_000)
  expect(lines).toEqual([
    'near mirror answers',
    'taken: near mirror',
    'the other one is late',
    'far mirror answers',
  ])
})

test('async-mutex: sections do not mix, and no thread waits for the mutex', async () => {
  const { lines, records } = await run('async-mutex')
  expect(lines).toEqual([
    'without the mutex: 1000 of 1111',
    'with the mutex: 1111 of 1111',
    'by another thread: Cannot release a mutex: status 0xc0000046',
  ])
  // The thread waits at its port, and once for the other thread.
  expect(count(records, 'thread.wait')).toBe(count(records, 'port.park') + 1)
})
