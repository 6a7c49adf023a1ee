import { describe, expect, test } from 'vitest'
import { linesOfMain, runText } from './programs.ts'

const imports =
  "import { microsecond, now, parameter, print, sleep, TaskSource, whenAll } from 'nothread/guest'\n"

const consoleOf = (rest: string, body: string): Promise<string[]> =>
  linesOfMain(imports + rest, body)

describe('await', () => {
  test('carries results of every kind', async () => {
    const rest = `
      class Point { constructor(public x: i32, public y: i32) {} }
      async function small(): Promise<u8> { await sleep(1); return 255 }
      async function wide(): Promise<i64> { await sleep(1); return -5000000000 }
      async function text(): Promise<string> { await sleep(1); return 'text' }
      async function point(): Promise<Point> { await sleep(1); return new Point(3, 4) }
      async function list(): Promise<i32[]> { await sleep(1); return [1, 2, 3] }
      async function yes(): Promise<bool> { await sleep(1); return true }`
    const lines = await consoleOf(
      rest,
      `print(await small()); print(await wide()); print(await text()); print((await point()).y)
       print((await list()).join('+')); print(await yes())`,
    )
    expect(lines).toEqual(['255', '-5000000000', 'text', '4', '1+2+3', 'true'])
  })

  test('stands anywhere in an expression, and in any order', async () => {
    const rest = `
      async function n(value: i32): Promise<i32> { await sleep(value); return value }
      function add(a: i32, b: i32, c: i32): i32 { return a * 100 + b * 10 + c }`
    const lines = await consoleOf(
      rest,
      `print(add(await n(1), await n(2), await n(3)))
       print((await n(4)) * 10 + await n(await n(5)))
       if ((await n(1)) == 1 && (await n(2)) == 2) print('both')
       let i = 0
       while (await n(i) < 3) i++
       print(i)
       const chosen = i == 3 ? await n(7) : await n(8)
       print(chosen)`,
    )
    expect(lines).toEqual(['123', '45', 'both', '3', '7'])
  })

  test('keeps locals of all widths over loops with several awaits', async () => {
    const rest = `
      async function step(value: i64): Promise<i64> { await sleep(100); return value * 3 }`
    const lines = await consoleOf(
      rest,
      `let a: i64 = 1; let b = 0; const name = 'sum'
       for (let i = 0; i < 10; i++) {
         const before = a
         a = await step(a)
         for (let k = 0; k < 2; k++) { await sleep(10); b += k + i }
         a += before & 1
       }
       print(name + ' ' + a.toString() + ' ' + b.toString())`,
    )
    let a = 1n
    let b = 0
    for (let i = 0; i < 10; i++) {
      const before = a
      a = a * 3n
      for (let k = 0; k < 2; k++) b += k + i
      a += before & 1n
    }
    expect(lines).toEqual([`sum ${a} ${b}`])
  })

  test('works in methods, arrow functions and generic functions', async () => {
    const rest = `
      class Counter {
        total: i32 = 0
        async add(n: i32): Promise<i32> { await sleep(10); this.total += n; return this.total }
      }
      const double = async (n: i32): Promise<i32> => { await sleep(10); return n * 2 }
      async function later<T>(value: T): Promise<T> { await sleep(10); return value }`
    const lines = await consoleOf(
      rest,
      `const counter = new Counter()
       await counter.add(2)
       print(await counter.add(3))
       print(await double(21))
       print(await later<string>('later'))
       print(await later<i64>(1 << 20))`,
    )
    expect(lines).toEqual(['5', '42', 'later', String(1 << 20)])
  })

  test('begins at once and goes on at once when the result is there', async () => {
    const rest = `
      async function inner(): Promise<void> { print('inner begins'); await sleep(10); print('inner ends') }
      async function ready(): Promise<i32> { return 1 }`
    const lines = await consoleOf(
      rest,
      `const task = inner(); print('caller goes on'); await task
       const done = ready(); print(done.isCompleted); await done; print('behind')`,
    )
    expect(lines).toEqual(['inner begins', 'caller goes on', 'inner ends', 'true', 'behind'])
  })

  test('of one task by several coroutines resumes them in the order in which they came', async () => {
    const rest = `
      async function waiter(name: string, task: Promise<i32>): Promise<void> { print(name + (await task).toString()) }`
    const lines = await consoleOf(
      rest,
      `const source = new TaskSource<i32>()
       const all = [waiter('a', source.task), waiter('b', source.task), waiter('c', source.task)]
       source.complete(7)
       await whenAll(all)
       await waiter('late ', source.task)`,
    )
    expect(lines).toEqual(['a7', 'b7', 'c7', 'late 7'])
  })

  test('reaches deep: a thousand coroutines that wait for each other', async () => {
    const rest = `
      async function deep(n: i32): Promise<i32> {
        if (n == 0) { await sleep(1000); return 0 }
        return 1 + await deep(n - 1)
      }`
    expect(await consoleOf(rest, 'print(await deep(300)); print(await deep(1000))')).toEqual([
      '300',
      '1000',
    ])
  })
})

describe('for..of', () => {
  test('goes through arrays, typed arrays and strings, with break, continue and await', async () => {
    const lines = await consoleOf(
      `async function later(n: i32): Promise<i32> { await sleep(10); return n }
       async function list(): Promise<i32[]> { await sleep(10); return [4, 5, 6] }`,
      `let sum = 0
       for (const n of [1, 2, 3, 4]) { if (n == 2) continue; if (n == 4) break; sum += await later(n) }
       print(sum)
       for (const n of await list()) for (const letter of 'ab') print(letter + n.toString())
       const bytes = new Uint8Array(3); bytes[2] = 9
       let last: u8 = 0
       for (const byte of bytes) last = byte
       print(last)`,
    )
    expect(lines).toEqual(['4', 'a4', 'b4', 'a5', 'b5', 'a6', 'b6', '9'])
  })
})

test('destructuring of objects and lists', async () => {
  const lines = await consoleOf(
    `class Point { constructor(public x: i32, public y: i64) {} }
     async function point(): Promise<Point> { await sleep(10); return new Point(3, 4) }`,
    `const { x, y: height } = await point()
     const [first, , third] = [5, 6, 7]
     print(x); print(height); print(first + third)`,
  )
  expect(lines).toEqual(['3', '4', '12'])
})

describe('time', () => {
  test('sleeps of several tasks run side by side', async () => {
    const lines = await consoleOf(
      'async function nap(n: i64): Promise<void> { await sleep(n * microsecond) }',
      `const began = now()
       await whenAll([nap(300), nap(100), nap(200)])
       const together = (now() - began) / microsecond
       print(together >= 300 && together < 400)
       await nap(300); await nap(100); await nap(200)
       print((now() - began) / microsecond >= 900)`,
    )
    expect(lines).toEqual(['true', 'true'])
  })

  test('a duration of nothing does not suspend', async () => {
    expect(await consoleOf('', 'print(sleep(0).isCompleted); print(sleep(1).isCompleted)')).toEqual(
      ['true', 'false'],
    )
  })
})

test('the library of the dialect: numbers, texts, arrays, maps, sets, time', async () => {
  const lines = await consoleOf(
    `async function half(x: f64): Promise<f64> { await sleep(10); return x / 2 }
     async function third(x: f32): Promise<f32> { await sleep(10); return x / 3 }`,
    `let sum: f64 = 0
     for (let i = 0; i < 5; i++) sum += await half(i)
     print(sum); print(await third(1)); print(reinterpret<u64>(Math.sqrt(2)).toString(16)); print(Math.sin(1))
     const names = new Set<string>(); names.add('a'); names.add('b'); names.add('a')
     print(names.size)
     const ages = new Map<string, i32>(); ages.set('x', 3); ages.set('y', 4)
     print(ages.keys().join('+') + ages.get('y').toString())
     const list = [3, 1, 2]; list.sort(); print(list.map<f64>((n: i32): f64 => n * 1.5).join(' '))
     print(parseInt('77') as i32); print('abc'.toUpperCase().padStart(5, '*'))
     print(Math.random() < 1 && Date.now() == 0 && new Date(0).getUTCFullYear() == 1970)
     console.log('console')`,
  )
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, Math.SQRT2)
  expect(lines).toEqual([
    ...['5', '0.33333334', bits.getBigUint64(0).toString(16), String(Math.sin(1)), '2', 'x+y4'],
    ...['1.5 3 4.5', '77', '**ABC', 'true', 'console'],
  ])
})

describe('the end of a program', () => {
  test('the number that main returns is the exit code', async () => {
    const { report } = await runText('export async function main(): Promise<i32> { return 42 }')
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 42 })
    const blocking = await runText('export function main(): i32 { return 7 }')
    expect(blocking.report).toMatchObject({ stopReason: 'exit', exitCode: 7 })
  })

  test('an error that is thrown ends it with message, file and line', async () => {
    const { report, text } = await runText(
      'export async function main(): Promise<void> {\n  throw new Error("no such thing")\n}',
    )
    expect(report.stopReason).toBe('fault')
    expect(text).toContain('no such thing')
    expect(text).toContain('test.ts')
    expect(text).toContain('2')
  })

  test('parameters of the run', async () => {
    const { text } = await runText(
      `${imports}export function main(): void { print(parameter('wait', 5)); print(parameter('other', 6)) }`,
      { parameters: { wait: 77 } },
    )
    expect(text).toBe('77\n6\n')
  })
})
