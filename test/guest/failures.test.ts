import { describe, expect, test } from 'vitest'
import { runText } from './programs.ts'

const program = `import { print, sleep, whenAll } from 'nothread/guest'
class MyError extends Error {
  constructor(public code: i32) { super('mine'); this.name = 'MyError' }
}
function risky(n: i32): i32 {
  if (n > 2) throw new MyError(n)
  return n * 2
}
function middle(n: i32): i32 { return risky(n) + 1 }
class Base { run(n: i32): i32 { return n } }
class Derived extends Base { run(n: i32): i32 { return risky(n) } }
async function later(n: i32): Promise<i32> {
  await sleep(100)
  if (n > 2) throw new MyError(n)
  return n
}
async function outer(n: i32): Promise<i32> {
  const value = await later(n)
  return value + 100
}
`

/** Console and end of a program whose main has this body, behind the functions above. */
async function outcomeOf(
  rest: string,
  body: string,
): Promise<{ lines: string[]; stopReason: string }> {
  const main = `${program}${rest}\nexport async function main(): Promise<void> {\n${body}\n}\n`
  const { report, text } = await runText(main)
  return { lines: text.trimEnd().split('\n'), stopReason: report.stopReason }
}

async function consoleOf(rest: string, body: string): Promise<string[]> {
  const { lines, stopReason } = await outcomeOf(rest, body)
  expect({ stopReason, lines }).toMatchObject({ stopReason: 'exit' })
  return lines
}

describe('try and catch', () => {
  test('catch what any called function throws', async () => {
    const body = `
      print(middle(1))
      try { print(middle(3)) } catch (e) { print(e.toString()); print((e as MyError).code) }
      const object: Base = new Derived()
      try { object.run(5) } catch (e) { print(e instanceof MyError) }
      try { [1, 2, 3].forEach((x) => { print(x); if (x == 2) throw new Error('in a callback') }) }
      catch (e) { print(e.message) }
      const run = (f: () => i32): i32 => { try { return f() } catch { return -1 } }
      print(run(() => middle(2)) + run(() => middle(7)))
      const text = 'a'.concat('b')
      if (text != null) print('behind')`
    const expected = ['3', 'MyError: mine', '3', 'true', '1', '2', 'in a callback', '4', 'behind']
    expect(await consoleOf('', body)).toEqual(expected)
  })

  test('an error thrown again goes to the next one', async () => {
    const rest = `
      function tries(n: i32): string {
        try {
          try { middle(n); return 'none' }
          catch (e) { if (n == 3) throw e; throw new Error('other') }
        } catch (e) { return e.message }
      }`
    const body = 'print(tries(0)); print(tries(3)); print(tries(4))'
    expect(await consoleOf(rest, body)).toEqual(['none', 'mine', 'other'])
  })

  test('goes through constructors, getters and operators', async () => {
    const rest = `
      class Part {
        constructor(n: i32) { this.half = middle(n) }
        half: i32 = 0
        get checked(): i32 { return risky(this.half) }
      }
      function value(n: i32): string {
        try { return new Part(n).checked.toString() } catch (e) { return e.name }
      }`
    const body = 'print(value(0)); print(value(1)); print(value(3))'
    expect(await consoleOf(rest, body)).toEqual(['2', 'MyError', 'MyError'])
  })
})

describe('finally', () => {
  test('runs on every way out', async () => {
    const rest = `
      function leave(n: i32): i32 {
        try {
          if (n == 1) return 10
          if (n == 2) throw new Error('two')
          return middle(n)
        } catch (e) { print('caught ' + e.message); return -1 }
        finally { print('finally') }
      }
      function passes(n: i32): i32 { try { return middle(n) } finally { print('passing') } }
      function loop(): i32 {
        for (let i = 0; ; i++) {
          try { if (i == 1) continue; if (i == 2) break; print('round') }
          finally { print('end of ' + i.toString()) }
        }
        let count = 0
        while (true) { try { try { return ++count } finally { count += 10 } } finally { print(count) } }
      }
      function overrides(): i32 { try { throw new Error('lost') } finally { return 5 } }`
    const body = `print(leave(1)); print(leave(2)); print(leave(0)); print(leave(7))
      try { passes(3) } catch (e) { print(e.message) }
      print(loop()); print(overrides())`
    expect(await consoleOf(rest, body)).toEqual([
      ...['finally', '10', 'caught two', 'finally', '-1', 'finally', '1'],
      ...['caught mine', 'finally', '-1', 'passing', 'mine'],
      ...['round', 'end of 0', 'end of 1', 'end of 2', '11', '1', '5'],
    ])
  })

  test('and may await, before the task is completed', async () => {
    const rest = `
      let order = ''
      async function tidy(n: i32): Promise<string> {
        try { return 'ok ' + (await outer(n)).toString() }
        catch (e) { return 'code ' + (e as MyError).code.toString() }
        finally { await sleep(1000); order += 'tidied ' }
      }
      async function nothing(): Promise<void> { try { return } finally { await sleep(1000); order += 'too' } }`
    const body = 'print(await tidy(1)); print(await tidy(5)); await nothing(); print(order)'
    expect(await consoleOf(rest, body)).toEqual(['ok 101', 'code 5', 'tidied tidied too'])
  })
})

describe('what the library throws', () => {
  const rest = `
    const list = [1, 2, 3]
    const names = new Map<string, i32>()
    class Node { next: Node | null = null; value: i32 = 1 }
    class Leaf extends Node {}
    function at(i: i32): i32 {
      return list[i] + 1
    }
    function attempt(what: () => void): void {
      try { what(); print('nothing') } catch (e) { print(e.stack) }
    }`

  test('is caught, and names the line of the program', async () => {
    const body = `
      attempt(() => { at(5) })
      attempt(() => { names.get('key') })
      attempt(() => { new Array<i32>(-1) })
      attempt(() => { list[-1] = 4 })
      attempt(() => { new Node().next!.value })
      attempt(() => { const node = new Node(); (node as Leaf).value })
      attempt(() => { 'x'.repeat(-1) })
      attempt(() => { new StaticArray<u8>(3)[3] = 1 })
      attempt(() => { const none: i32[] = []; none.pop() })
      attempt(() => { decodeURIComponent('%zz') })
      print(at(2))`
    const place = (line: number): string => `    at main (inner) (test.ts:${line})`
    const lines = await consoleOf(rest, body)
    const places = lines.filter((line) => line.startsWith(' '))
    expect(lines.filter((line) => !line.startsWith(' '))).toEqual([
      'RangeError: Index out of range',
      'Error: Key does not exist',
      'RangeError: Invalid length',
      'RangeError: Index out of range',
      "TypeError: Unexpected 'null' (not assigned or failed cast)",
      'TypeError: invalid downcast',
      'RangeError: Invalid length',
      'RangeError: Index out of range',
      'RangeError: Array is empty',
      'URIError: URI malformed',
      '4',
    ])
    expect(places.slice(0, 2)).toEqual(['    at at (test.ts:27)', place(34)])
    for (let line = 34; line <= 43; line++) expect(places).toContain(place(line))
  })

  test('fails tasks, runs finally, and ends a program in which nobody catches it', async () => {
    const task = `
      async function take(i: i32): Promise<i32> {
        try { await sleep(10); return list[i] } finally { print('finally') }
      }`
    const body = `
      try { await take(9) } catch (e) { print(e.message) }
      print(await take(1))
      for (const i of [0, 7]) at(i)`
    const { lines, stopReason } = await outcomeOf(rest + task, body)
    expect(stopReason).toBe('fault')
    expect(lines).toEqual([
      ...['finally', 'Index out of range', 'finally', '2', 'fault: RangeError: Index out of range'],
      '    at at (test.ts:27)',
      expect.stringContaining('    at main (test.ts:39)'),
    ])
  })
})

describe('failing tasks', () => {
  test('fail whoever awaits them, with the places on the way', async () => {
    const body = `
      try { await outer(9) } catch (e) { print(e.stack) }
      try { await whenAll([outer(1), outer(4)]) } catch (e) { print('all: ' + e.message) }
      const task = later(3)
      await sleep(10000)
      print(task.isFailed)
      try { await task } catch { print('late') }
      try { await task } catch { print('again') }`
    expect(await consoleOf('', body)).toEqual([
      'MyError: mine',
      '    at later (test.ts:14)',
      '    at outer (test.ts:18)',
      '    at main (test.ts:24)',
      ...['all: mine', 'true', 'late', 'again'],
    ])
  })

  test('nobody catches: the program ends with message and places', async () => {
    const { lines, stopReason } = await outcomeOf('', 'await outer(8)')
    expect(stopReason).toBe('fault')
    expect(lines.slice(0, 4)).toEqual([
      'fault: MyError: mine',
      '    at later (test.ts:14)',
      '    at outer (test.ts:18)',
      expect.stringContaining('    at main (test.ts:23)'),
    ])
  })

  test('in a program that blocks, in a thread, and before main', async () => {
    const runs = [
      'export function main(): void { throw new Error("first") }',
      'import { Thread } from "nothread/guest"\nexport function main(): void {\n  Thread.start<i32>((n) => { throw new Error("second") }, 1).join()\n}',
      'function f(): i32 { throw new Error("third") }\nconst n = f()\nexport function main(): void { n }',
    ]
    const outcomes = await Promise.all(runs.map((text) => runText(text)))
    for (const [index, { report, text }] of outcomes.entries()) {
      expect(report.stopReason).toBe('fault')
      expect(text).toContain(`Error: ${['first', 'second', 'third'][index]}`)
      expect(text).toContain('(test.ts:')
    }
  })
})
