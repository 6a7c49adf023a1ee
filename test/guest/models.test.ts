/** The shipped programs that show one model of waiting each: their points by order, counters and cycles. */
import { describe, expect, test } from 'vitest'
import { count, dataDisk, numbersOf, runShipped } from './programs.ts'

describe('get-numbers', () => {
  const services = [100_000, 200_000, 300_000]
  const sum = services.reduce((a, b) => a + b)
  const longest = Math.max(...services)

  /** Sum and cycles that a program prints. */
  const outcomeOf = (line: string): number[] => numbersOf(line)

  test('synchronous: the times add up, and no port takes part', async () => {
    const { lines, records } = await runShipped('get-numbers-synchronous')
    const [result, cycles] = outcomeOf(lines[0])
    expect(result).toBe(66)
    expect(cycles).toBeGreaterThan(sum)
    expect(records.filter(({ name }) => name.startsWith('port.'))).toEqual([])
  })

  test('threads: the longest time, and a thread that waits for each', async () => {
    const { lines, records } = await runShipped('get-numbers-threads-fan-out')
    const [result, cycles] = outcomeOf(lines[0])
    expect(result).toBe(66)
    expect(cycles).toBeGreaterThan(longest)
    expect(cycles).toBeLessThan(longest * 1.2)
    expect(records.filter(({ name }) => name.startsWith('port.'))).toEqual([])
    expect(count(records, 'thread.wait')).toBeGreaterThanOrEqual(3)
  })

  test('state machine: as coroutines do, with one step for each completion', async () => {
    const { lines, records } = await runShipped('get-numbers-state-machine')
    const [result, cycles] = outcomeOf(lines[0])
    expect(result).toBe(66)
    expect(cycles).toBeLessThan(longest * 1.2)
    expect(count(records, 'timer.fire')).toBe(3)
  })

  test('generators: a loop resumes them at their times', async () => {
    const { lines, records } = await runShipped('get-numbers-generators')
    const [result, cycles] = outcomeOf(lines[0])
    expect(result).toBe(66)
    expect(cycles).toBeLessThan(longest * 1.2)
    expect(lines[1]).toBe('turns: 4')
    expect(records.filter(({ name }) => name.startsWith('port.'))).toEqual([])
  })

  test('reentrant: as early, without a wake-up, with many entries in vain', async () => {
    const { lines, records } = await runShipped('get-numbers-reentrant')
    const [result, cycles] = outcomeOf(lines[0])
    expect(result).toBe(66)
    expect(cycles).toBeLessThan(longest * 1.2)
    expect(numbersOf(lines[1])[0]).toBeGreaterThan(100)
    expect(count(records, 'thread.wait')).toBe(0)
  })
})

test('custom-awaitable: nobody goes on before zero, and who comes late does not ask', async () => {
  const { lines, records } = await runShipped('custom-awaitable')
  expect(lines).toEqual([
    'one signal: nobody goes on',
    'first goes on, 2 had to wait',
    'second goes on, 2 had to wait',
    'late goes on, 2 had to wait',
  ])
  expect(count(records, 'port.insert')).toBe(0)
})

test('callbacks: the same results and the same packets as with await', async () => {
  const { lines, records } = await runShipped('callbacks')
  expect(lines).toEqual(['5, callbacks: 40', '5, await: 40', '30, callbacks: -1', '30, await: -1'])
  // Three steps each for 5; 30 fails in its second step, with await before a third one is begun.
  expect(count(records, 'timer.fire')).toBe(3 + 3 + 2 + 2)
})

test('blocking: no event of a port, no await, no task', async () => {
  const { lines, records } = await runShipped('blocking')
  expect([...lines].sort()).toEqual(
    ['main', 'thread'].flatMap((who) => [0, 1, 2].map((round) => `${who} ${round}: 32 bytes`)),
  )
  expect(records.filter(({ name }) => /^(port|await|packet|task)\./.test(name))).toEqual([])
  // Every thread waits where it calls, three times.
  expect(count(records, 'thread.wait')).toBeGreaterThanOrEqual(6)
})

test('sync-io-path: the blocking reads wake their thread, the others go through the port', async () => {
  const { lines, records } = await runShipped('sync-io-path', {}, dataDisk())
  expect(lines.map((line) => line.split(':')[0])).toEqual(['blocking', 'overlapped'])
  expect(numbersOf(lines[0]).slice(0, 2)).toEqual(numbersOf(lines[1]).slice(0, 2))
  expect(count(records, 'irp.wake')).toBeGreaterThanOrEqual(8)
  expect(count(records, 'port.insert')).toBeGreaterThanOrEqual(8)
})

test('event-loop: turns never mix, and a long one delays the others', async () => {
  const { lines } = await runShipped('event-loop')
  const [collisions, latest, behind, turns] = lines.map((line) => numbersOf(line)[0])
  expect(collisions).toBe(0)
  expect(behind).toBeGreaterThan(latest + 150)
  expect(turns).toBeGreaterThanOrEqual(4 * 8 + 2)
})

test('stackful: a walk yields from every depth of its recursion', async () => {
  const { lines } = await runShipped('stackful')
  expect(lines[0]).toBe(Array.from({ length: 15 }, (_, i) => i + 1).join(' '))
  const [switches, cycles] = numbersOf(lines[1])
  expect(switches).toBe(30)
  expect(cycles / switches).toBeLessThan(1000)
  expect(numbersOf(lines[2])[0]).toBeGreaterThan(16_000)
})

test('stackless: the same walk, and frames of a few words', async () => {
  const { lines, records } = await runShipped('stackless')
  expect(lines[0]).toBe(Array.from({ length: 15 }, (_, i) => i + 1).join(' '))
  expect(numbersOf(lines[1])[1]).toBeLessThanOrEqual(128)
  expect(lines[2]).toBe('sum: 16000')
  expect(count(records, 'thread.wait')).toBe(0)
})
