/** Completion, cancellation and the reuse of timers at the same time on several harts. */
import { expect, test } from 'vitest'
import { numbersOf, runText } from './programs.ts'

test('waits that end while their token is registered leave no callback behind', async () => {
  const { text, report } = await runText(
    `import { CancellationSource, Event, ThreadPool, cycles, print, settled, sleep, whenAll, yieldNow } from 'nothread/guest'
    const shared = new CancellationSource()
    let wrong = 0
    async function timers(rounds: i32): Promise<void> {
      for (let round = 0; round < rounds; round++) {
        const task = sleep(100 + (round % 16) * 100, shared.token)
        await settled(task)
        if (task.isCancelled) wrong++
        if (round % 5 == 0) await yieldNow()
      }
    }
    async function objects(rounds: i32): Promise<void> {
      for (let round = 0; round < rounds; round++) {
        const event = new Event(true)
        await event.signalled(shared.token)
        event.close()
      }
    }
    function timeToCancel(source: CancellationSource): i64 {
      const began = cycles()
      source.cancel()
      return cycles() - began
    }
    export async function main(): Promise<void> {
      ThreadPool.setThreads(4)
      const all: Promise<void>[] = []
      for (let n = 0; n < 8; n++) { all.push(timers(300)); if (n % 2 == 0) all.push(objects(100)) }
      await whenAll(all)
      timeToCancel(new CancellationSource())
      print(\`\${timeToCancel(new CancellationSource())} \${timeToCancel(shared)} \${wrong}\`)
    }`,
    { harts: 4 },
  )
  expect(report.stopReason).toBe('exit')
  const [empty, used, wrong] = numbersOf(text)
  expect(wrong).toBe(0)
  // A callback that is left would cost some thousand cycles.
  expect(used).toBeLessThanOrEqual(empty + 100)
})

test('cancellation against expiry: nobody is cancelled who was not asked to, and everybody goes on', async () => {
  const { text, report } = await runText(
    `import { CancellationSource, Event, ThreadPool, microsecond, print, settled, sleep, spend, whenAll, yieldNow } from 'nothread/guest'
    const rounds = 60
    let wrong = 0, cancelled = 0, expired = 0
    function random(state: u32): u32 { state ^= state << 13; state ^= state >> 17; state ^= state << 5; return state }
    async function cancelSoon(source: CancellationSource, work: u32): Promise<void> { await yieldNow(); spend(work); source.cancel() }
    async function timers(seed: u32): Promise<void> {
      let state = seed * 2654435761 + 1
      for (let round = 0; round < rounds; round++) {
        state = random(state)
        const asks = (state & 3) != 0
        const source = new CancellationSource()
        if (asks) cancelSoon(source, state % 4000)
        const task = sleep((1 + (state >> 8) % 4) * microsecond, source.token)
        await settled(task)
        if (!task.isCancelled) expired++
        else if (asks) cancelled++
        else wrong++
      }
    }
    async function objects(seed: u32): Promise<void> {
      let state = seed * 2246822519 + 1
      for (let round = 0; round < rounds; round++) {
        state = random(state)
        const event = new Event(), source = new CancellationSource()
        const task = event.signalled(source.token)
        const asks = (state & 1) != 0
        if (asks) cancelSoon(source, state % 1000)
        else event.set()
        await settled(task)
        if (task.isCancelled != asks) wrong++
        event.close()
      }
    }
    export async function main(): Promise<void> {
      ThreadPool.setThreads(4)
      const all: Promise<void>[] = []
      for (let n: u32 = 1; n <= 6; n++) { all.push(timers(n)); all.push(objects(n)) }
      await whenAll(all)
      print(wrong); print(cancelled + expired); print(cancelled > 20 && expired > 20)
    }`,
    { harts: 4 },
  )
  expect(report.stopReason).toBe('exit')
  expect(text).toBe('0\n360\ntrue\n')
})
