import { expect, test } from 'vitest'
import { runText } from './programs.ts'

/** Console of a program whose main has this body; `rest` stands before it. */
async function consoleOf(rest: string, body: string): Promise<string[]> {
  const imports = "import { print, sleep } from 'nothread/guest'\n"
  const program = `${imports}${rest}\nexport async function main(): Promise<void> {\n${body}\n}\n`
  const { report, text } = await runText(program)
  expect({ text, report }).toMatchObject({ report: { stopReason: 'exit', exitCode: 0 } })
  return text.trimEnd().split('\n')
}

test('generators give values when they are asked, and are closed when nobody asks any more', async () => {
  const rest = `
    function* count(n: i32): Generator<i32> { for (let i = 0; i < n; i++) yield i }
    function* letters(text: string): Generator<string> {
      try { for (const c of text) { if (c == 'x') yield 'X'; else yield c; } }
      finally { print('closed ' + text) }
    }
    function* all(): Generator<string> { yield 'a'; yield* letters('bxd'); yield 'e' }
    function* fibonacci(): Generator<u64> {
      let a: u64 = 0, b: u64 = 1
      while (true) { yield a; const c = a + b; a = b; b = c }
    }
    function* stops(n: i32): Generator<i32> { for (let i = 0; ; i++) { if (i == n) return; yield i } }`
  const body = `
    let sum = 0
    for (const x of count(5)) { if (x == 1) continue; sum += x }
    print(sum)
    for (const s of all()) { print(s); if (s == 'X') break }
    for (const f of fibonacci()) { if (f > 5000000000) { print(f); break } }
    const first = (): i32 => { for (const x of count(9)) if (x == 3) return x; return -1 }
    print(first())
    const g = stops(2)
    let r = g.next(); print(r.value); r = g.next(); print(r.value); r = g.next(); print(r.done)
    const unused = letters('never')
    unused.close()
    print(unused.next().done)`
  expect(await consoleOf(rest, body)).toEqual([
    ...['9', 'a', 'b', 'X', 'closed bxd', '7778742049', '3', '0', '1', 'true', 'true'],
  ])
})

test('for..of goes through maps, sets, lists of lists and the classes of a program', async () => {
  const rest = `
    class Tree {
      left: Tree | null = null
      right: Tree | null = null
      constructor(public value: i32) {}
      *[Symbol.iterator](): Generator<i32> {
        const left = this.left, right = this.right
        if (left) yield* left
        yield this.value
        if (right) yield* right
      }
    }
    class Cursor implements Iterator<i32> {
      constructor(private at: i32, private to: i32) {}
      next(): IteratorResult<i32> {
        return this.at < this.to ? { done: false, value: this.at++ } : { done: true, value: 0 }
      }
    }
    class Range implements Iterable<i32> {
      constructor(private from: i32, private to: i32) {}
      [Symbol.iterator](): Iterator<i32> { return new Cursor(this.from, this.to) }
    }`
  const body = `
    const tree = new Tree(5); tree.left = new Tree(3); tree.right = new Tree(8)
    for (const value of tree) print(value)
    for (const value of new Range(2, 4)) for (const again of new Range(0, value)) print(value * 10 + again)
    const ages = new Map<string, i32>(); ages.set('ann', 3); ages.set('bob', 4)
    for (const [name, age] of ages) print(name + age.toString())
    const set = new Set<i64>(); set.add(7); set.add(9)
    for (const n of set) print(n)
    for (const [a, b] of [[1, 2], [3, 4]]) print(a * b)
    const all: (() => string)[] = []
    for (let c of 'xyz') { c = c + '!'; all.push(() => c) }
    let text = ''
    for (const f of all) text += f()
    print(text)
    let last = 0
    for (last of [4, 5]) {}
    print(last)`
  expect(await consoleOf(rest, body)).toEqual([
    ...['3', '5', '8', '20', '21', '30', '31', '32', 'ann3', 'bob4', '7', '9', '2', '12'],
    ...['x!y!z!', '5'],
  ])
})

test('for await goes through async generators, lists of tasks and streams', async () => {
  const rest = `
    async function* ticks(n: i32): AsyncGenerator<i64> {
      try { for (let i: i64 = 0; i < n; i++) { await sleep(100); yield i * 10 } }
      finally { await sleep(10); print('end of ticks') }
    }
    async function* chained(): AsyncGenerator<i64> { yield* ticks(1); yield 99 }
    class Stream {
      current: i32 = 0
      async next(): Promise<bool> { await sleep(10); return ++this.current < 3 }
    }
    async function later(n: i32): Promise<i32> { await sleep(10 * n); return n }`
  const body = `
    for await (const tick of ticks(2)) print(tick)
    for await (const tick of ticks(5)) { if (tick == 10) break; print(tick) }
    for await (const tick of chained()) print(tick)
    for await (const n of [later(2), later(1)]) print(n)
    for await (const n of new Stream()) print(n)
    const stream = ticks(1)
    print((await stream.next()).value); print((await stream.next()).done)`
  expect(await consoleOf(rest, body)).toEqual([
    ...['0', '10', 'end of ticks', '0', 'end of ticks', '0', 'end of ticks', '99'],
    ...['2', '1', '1', '2', '0', 'end of ticks', 'true'],
  ])
})

test('errors of generators come out where they are asked', async () => {
  const rest = `
    function* fails(): Generator<i32> { yield 1; throw new Error('one') }
    async function* failsLater(): AsyncGenerator<i32> { yield 1; await sleep(10); throw new Error('two') }
    function* catches(): Generator<i32> { try { for (const x of fails()) yield x } catch { yield -1 } }`
  const body = `
    try { for (const x of fails()) print(x) } catch (e) { print(e.stack) }
    try { for await (const x of failsLater()) print(x) } catch (e) { print(e.stack) }
    for (const x of catches()) print(x)
    const failed = fails(); failed.next()
    try { failed.next() } catch { print(failed.next().done) }`
  const lines = await consoleOf(rest, body)
  expect(lines).toEqual([
    ...['1', 'Error: one', '    at fails (test.ts:3)', '    at main (test.ts:8)'],
    ...['1', 'Error: two', '    at failsLater (test.ts:4)', '    at main (test.ts:9)'],
    ...['1', '-1', 'true'],
  ])
})
