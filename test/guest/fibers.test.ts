/** Fibers: functions with stacks of their own. */
import { expect, test } from 'vitest'
import { runText } from './programs.ts'

const text = `
  import { Fiber, TaskSource, microsecond, print, sleep } from 'nothread/guest'
  function deep(n: i32): i32 { if (n == 0) { print('deep'); Fiber.yield(); return 0 } return 1 + deep(n - 1) }
  class Thing { constructor(public value: i32) {} }
  function garbage(): void { for (let n = 0; n < 30000; n++) new Thing(n) }
  export async function main(): Promise<void> {
    const first = new Fiber((): void => { const kept = new Thing(41); print(deep(20)); garbage(); Fiber.yield(); print(kept.value + 1) })
    const onThread = new Thing(5)
    first.resume(); print('main'); first.resume(); garbage(); first.resume(); print(first.isDone); print(onThread.value)
    const done = new TaskSource<i32>()
    new Fiber((): void => { let sum = 0; for (let i = 0; i < 3; i++) { Fiber.await(sleep(10 * microsecond)); sum += i } done.complete(sum) }).resume()
    print('waiting'); print(await done.task)
    const outer = new Fiber((): void => {
      const inner = new Fiber((): void => { print('inner'); Fiber.yield(); print('inner again') })
      inner.resume(); Fiber.yield(); inner.resume()
    })
    outer.resume(); print('between'); outer.resume(); print(outer.isDone)
    try { outer.resume() } catch (error) { print(error.message) }
  }`

test('they yield in the middle of calls, wait for tasks, nest, and keep what they refer to', async () => {
  const { report, text: console } = await runText(text)
  expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
  expect(console.trimEnd().split('\n')).toEqual([
    ...['deep', 'main', '20', '42', 'true', '5', 'waiting', '3', 'inner', 'between', 'inner again'],
    ...['true', 'A fiber that has ended cannot be resumed'],
  ])
})
