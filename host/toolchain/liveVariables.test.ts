import { expect, test } from 'vitest'
import { suspendingFunction } from './liveVariables.ts'

const text = `class Shop {
  tax: i32 = 7
  async total(prices: i32[], unused: i32): Promise<i32> {
    let sum = 0
    for (let n = 0; n < prices.length; n++) {
      const price = prices[n]
      await pause()
      sum += await rounded(price)
      const done = n
    }
    const name = 'total', last = sum
    await pause()
    let after = 0
    after = sum + this.tax
    print(name)
    return after
  }
}
async function captured(a: i32, b: i32): Promise<void> {
  const show = (): void => print(a)
  await pause()
  b = 3
  show()
}
function* squares(limit: i32): Generator<i32> {
  for (let n = 0; n < limit; n++) yield n * n
}
async function each(list: Channel<i32>, factor: i32): Promise<void> {
  for await (const value of list) {
    const product = value * factor
    await pause()
    print(product)
  }
}
`

const of = (line: number): Record<string, readonly string[]> =>
  Object.fromEntries(
    [...suspendingFunction(text, line)!.reads].map(([at, names]) => [at, [...names].sort()]),
  )

test('what is read behind an await, by its line', () => {
  expect(of(3)).toEqual({
    7: ['n', 'price', 'prices', 'sum', 'this'],
    8: ['n', 'prices', 'sum', 'this'],
    12: ['name', 'sum', 'this'],
  })
})

test('inner functions read what they capture at any time; what is only written is not read', () => {
  expect(of(19)).toEqual({ 21: ['a', 'show'] })
})

test('loops keep what the next round reads', () => {
  expect(of(25)).toEqual({ 26: ['limit', 'n'] })
  expect(of(28)).toEqual({ 29: ['factor', 'list'], 31: ['factor', 'list', 'product'] })
})

test('a line without such a function has none', () => {
  expect(suspendingFunction(text, 1)).toBeUndefined()
  expect([3, 25].map((line) => suspendingFunction(text, line)!.isGenerator)).toEqual([false, true])
})
