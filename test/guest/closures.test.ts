import { describe, expect, test } from 'vitest'
import { linesOfMain } from './programs.ts'

const imports = "import { print, sleep, Thread, ThreadPool, whenAll } from 'nothread/guest'\n"

const consoleOf = (rest: string, body: string): Promise<string[]> =>
  linesOfMain(imports + rest, body)

describe('inner functions capture', () => {
  test('parameters and constants of all widths, each value its own', async () => {
    const rest = `
      function adder(n: i32): (x: i32) => i32 { return (x: i32): i32 => x + n }
      function mixed(a: u8, b: i64, c: f64, d: f32, e: string): () => string {
        const twice = b * 2
        return (): string => a.toString() + ' ' + twice.toString() + ' ' + c.toString() + ' ' + d.toString() + e
      }`
    const body = `const a = adder(5), b = adder(7)
      print(a(1)); print(b(1))
      print(mixed(255, 5000000000, 0.5, 1.5, '!')())`
    expect(await consoleOf(rest, body)).toEqual(['6', '8', '255 10000000000 0.5 1.5!'])
  })

  test('variables that change, seen from both sides', async () => {
    const rest = `
      function counter(): () => i32 { let count = 0; return () => { count++; return count } }
      function down(n: i32): () => i32 { return () => --n }`
    const body = `const c = counter(), d = counter()
      c(); c(); print(c()); print(d())
      const e = down(3); e(); print(e())
      let total = 1
      const add = (n: i32): void => { total += n }
      total = 10
      add(5); print(total)
      let text: string
      const set = (): void => { text = 'set' }
      set(); print(text)`
    expect(await consoleOf(rest, body)).toEqual(['3', '1', '1', '15', 'set'])
  })

  test('a variable of each round of a loop', async () => {
    const body = `const all: (() => i32)[] = []
      for (let i = 0; i < 3; i++) all.push(() => i)
      for (let i = 0; i < 2; ) { all.push(() => i); i++ }
      for (const n of [7, 8]) all.push(() => n)
      for (let k = 0; k < all.length; k++) print(all[k]())`
    expect(await consoleOf('', body)).toEqual(['0', '1', '2', '1', '2', '7', '8'])
  })

  test('this, and each other', async () => {
    const rest = `
      class Sum {
        private total: i32 = 0
        addAll(list: i32[]): i32 { list.forEach((n) => { this.total += n }); return this.total }
        adder(): (n: i32) => void { return (n: i32): void => { const inner = (): void => { this.total += n }; inner() } }
      }`
    const body = `const sum = new Sum()
      sum.adder()(10)
      print(sum.addAll([1, 2, 3]))
      const base = sum.addAll([])
      const nested = (x: i32): ((y: i32) => i32) => (y: i32): i32 => x * 100 + y * 10 + base
      print(nested(3)(4))
      const factorial = (n: i32): i32 => (n <= 1 ? 1 : n * factorial(n - 1))
      print(factorial(5))
      function fibonacci(n: i32): i32 { return n < 2 ? n + base : fibonacci(n - 1) + fibonacci(n - 2) }
      print(fibonacci(5))`
    expect(await consoleOf(rest, body)).toEqual(['16', '356', '120', '133'])
  })

  test('in generic functions and in loops that are compiled twice', async () => {
    const rest = `
      class Node { constructor(public value: i32, public next: Node | null) {} }
      function keep<T>(value: T): () => T { return () => value }`
    const body = `print(keep<i64>(5)()); print(keep<string>('x')())
      let list: Node | null = new Node(1, new Node(2, null))
      let sum = 0
      while (list) {
        const here = list.value
        function add(): void { sum += here }
        add()
        list = list.next
      }
      print(sum)`
    expect(await consoleOf(rest, body)).toEqual(['5', 'x', '3'])
  })
})

describe('closures are function values', () => {
  test('for arrays, and with types taken from where they are passed', async () => {
    const body = `const limit: i64 = 3, suffix = 'z'.repeat(2)
      const big: i64[] = [1, 5, 2, 4]
      print(big.filter((n) => n >= limit).length)
      print(['x', 'y'].map<string>((n) => n + suffix).join(','))
      print(big.reduce<i64>((sum, n) => sum + n * limit, 0))
      print(big.findIndex((n) => n == limit + 1)); print(big.some((n) => n > limit))
      big.sort((a, b) => (limit > 0 ? <i32>(b - a) : <i32>(a - b)))
      print(big.join(' '))`
    expect(await consoleOf('', body)).toEqual(['2', 'xzz,yzz', '36', '3', 'true', '5 4 2 1'])
  })

  test('across awaits and as async functions', async () => {
    const body = `let total = 0
      const base = [1, 2].length
      const later = async (n: i32): Promise<i32> => { await sleep(100_000 * n); total += n; return total + base }
      const tasks = [later(3), later(1), later(2)]
      await whenAll(tasks)
      print(total); print(await tasks[1]); print(await tasks[0])
      const list: i32[] = []
      const push = async (n: i32) => { for (let i = 0; i < n; i++) { await sleep(1); list.push(i + base) } }
      await push(3)
      print(list.join(','))`
    expect(await consoleOf('', body)).toEqual(['6', '3', '8', '2,3,4'])
  })

  test('as bodies of threads, each with its own', async () => {
    const body = `const sums = new StaticArray<i32>(4)
      const threads: Thread[] = []
      for (let i = 0; i < 4; i++) {
        const step = i + 1
        threads.push(Thread.start<i32>((rounds: i32) => {
          const add = (): void => { sums[i] += step }
          for (let k = 0; k < rounds; k++) add()
        }, 1000))
      }
      for (let i = 0; i < 4; i++) threads[i].join()
      print(sums.join(' '))`
    expect(await consoleOf('', body)).toEqual(['1000 2000 3000 4000'])
  })
})
