import { describe, expect, test } from 'vitest'
import { parseSource } from './source.ts'
import { rewriteSource } from './rewrite.ts'

/** Rewritten lines, without the import line. */
function rewritten(text: string): string[] {
  return withFailures(text).map((line) =>
    line
      .replace(/(?<=__self\(\)\);(?: let \w+ = __box\(\w+\);)*) try {/g, '')
      .replace(/ *} catch \(__error\) { return __fail<[^(]*>\(__error, __self\(\)\); }/g, ''),
  )
}

/** The same, with the code that an error leads to. */
function withFailures(text: string): string[] {
  return rewriteSource(parseSource('test.ts', text))
    .text.split('\n')
    .slice(0, text.split('\n').length)
}

describe('rewrite of async functions', () => {
  test('a function with a result', () => {
    const lines = rewritten(
      'export async function add(x: i32): Promise<i64> {\n  const y = await other(x)\n  return y + 1\n}',
    )
    expect(lines).toEqual([
      'export       function add(x: i32): __Task<i64> { if (__begin()) return changetype<__Task<i64>>(__self());',
      '  const y = __await( other(x), 2).getResult()',
      '  return __complete<i64>(y + 1, __self())',
      ' }',
    ])
  })

  test('a function without a result returns at its end and at each return', () => {
    const lines = rewritten('async function f() {\n  if (x) return\n  return g()\n}')
    expect(lines).toEqual([
      '      function f(): __Task<void> { if (__begin()) return changetype<__Task<void>>(__self());',
      '  if (x) return __completeVoid(__self())',
      '  { g(); return __completeVoid(__self()) }',
      '; return __completeVoid(__self()); }',
    ])
  })

  test('a call of an async function of the file that is awaited at once gives its frame back', () => {
    const takes = (text: string): boolean => withFailures(text).join('').includes('.takeResult()')
    const yes = [
      'async function f() {} async function use() { await f() }',
      'async function use() { await (f(1)) } async function f(x: i32) {}',
      'const f = async (): Promise<i32> => 1; async function use() { await f() }',
      'class A { async f() {} async use() { await this.f() } }',
      'class A { static async f() {} } async function use() { await A.f() }',
    ]
    const no = [
      'async function use() { await f() }',
      'function f(): Promise<i32> { return task } async function use() { await f() }',
      'async function f() {} async function use() { const t = f(); await t }',
      'async function f() {} async function use(f: F) { await f() }',
      'async function f() {} async function use() { const f = g; await f() }',
      'let f = async (): Promise<i32> => 1; async function use() { await f() }',
      'import { f } from "./f"; async function use() { await f() }',
      'export class A { async f() {} async use() { await this.f() } }',
      'class A { async f() {} async use() { await this.f() } } export { A }',
      'class A { async f() {} async use() { await this.f() } } class B extends A { f(): Promise<void> { return task } }',
      'abstract class A { abstract f(): Promise<void>; async use() { await this.f() } }',
      'async function f() {} async function use() { await same(f()) }',
      'async function f() {} async function use(c: bool) { await (c ? f() : task) }',
    ]
    expect(yes.map(takes)).toEqual(yes.map(() => true))
    expect(no.map(takes)).toEqual(no.map(() => false))
  })

  test('an error that the body does not catch becomes that of the task', () => {
    expect(withFailures('async function f(): Promise<u8> { return await g() }')).toEqual([
      '      function f(): __Task<u8> { if (__begin()) return changetype<__Task<u8>>(__self()); try { ' +
        'return __complete<u8>(__await( g(), 1).getResult(), __self())  ' +
        '} catch (__error) { return __fail<u8>(__error, __self()); } }',
    ])
    expect(withFailures('try { f() } catch { g() }')).toEqual([
      'try { f() } catch (__error) { g() }',
    ])
    expect(withFailures('try { f() } catch (e: unknown) { g() }')).toEqual([
      'try { f() } catch (e         ) { g() }',
    ])
  })

  test('variables that are captured and change live in boxes', () => {
    expect(
      rewritten(
        'function f(n: i32): void {\n  let a = 1, b: T\n  run(() => { a++; b = n--; use({ a }) })\n}',
      ),
    ).toEqual([
      'function f(n: i32): void { let n__box = __box(n);',
      '  let a = __box(1), b = __emptyBox<T>()',
      '  run(() => { a.value++; b.value = n__box.value--; use({ a: a.value }) })',
      '}',
    ])
    expect(rewritten('{ for (let i = 0; i < 2; i++) run(() => i) }')).toEqual([
      '{ for (let i = __box(0); i.value < 2; i = __box(i.value), i.value++) run(() => i.value) }',
    ])
    expect(rewritten('function f() { let a = 1; a = 2; const b = 3; run(() => b) }')).toEqual([
      'function f(): void { let a = 1; a = 2; const b = 3; run(() => b) }',
    ])
  })

  test('methods and arrow functions', () => {
    expect(rewritten('class A { async m(): Promise<u8> { return 1 } }')).toEqual([
      'class A {       m(): __Task<u8> { if (__begin()) return changetype<__Task<u8>>(__self()); ' +
        'return __complete<u8>(1, __self()) } }',
    ])
    expect(rewritten('const f = async (x: i32): Promise<i32> => await g(x)')).toEqual([
      'const f =       (x: i32): __Task<i32> => { if (__begin()) return changetype<__Task<i32>>(__self()); ' +
        'return __complete<i32>(__await( g(x), 1).getResult(), __self()); }',
    ])
    expect(rewritten('const f = async (): Promise<void> => log(1)')).toEqual([
      'const f =       (): __Task<void> => { if (__begin()) return changetype<__Task<void>>(__self()); ' +
        'log(1); return __completeVoid(__self()); }',
    ])
  })

  test('await anywhere in an expression, one inside of another', () => {
    expect(
      rewritten('async function f(): Promise<i32> { return (await a) + (await b(await c)) }'),
    ).toEqual([
      '      function f(): __Task<i32> { if (__begin()) return changetype<__Task<i32>>(__self()); ' +
        'return __complete<i32>((__await( a, 1).getResult()) + (__await( b(__await( c, 1).getResult()), 1).getResult()), __self()) }',
    ])
  })

  test('ends that meet close from the inside out', () => {
    expect(rewritten('async function f(): Promise<i32> { return await g() }')).toEqual([
      '      function f(): __Task<i32> { if (__begin()) return changetype<__Task<i32>>(__self()); ' +
        'return __complete<i32>(__await( g(), 1).getResult(), __self()) }',
    ])
  })

  test('a promise inside of types', () => {
    expect(rewritten('const all: Promise<i32>[] = []')).toEqual(['const all: __Task<i32>[] = []'])
    expect(rewritten('async function f(): Promise<Promise<i32>[]> { return x }')[0]).toContain(
      'function f(): __Task<__Task<i32>[]> { if (__begin()) return changetype<__Task<__Task<i32>[]>>',
    )
  })

  test('a return of a synchronous inner function stays', () => {
    const text = 'async function f(): Promise<void> { run((): i32 => { return 1 }) }'
    expect(rewritten(text)[0]).toContain('run((): i32 => { return 1 })')
  })

  test('for..of stays, but for patterns, boxes and await', () => {
    expect(rewritten('for (const x of list()) use(x)')).toEqual(['for (const x of list()) use(x)'])
    expect(rewritten('for (const [a, b] of map)\n  use(a, b)')).toEqual([
      'for (const __item0 of map)',
      '  { const a = __part(__item0, 0), b = __part(__item0, 1); use(a, b) }',
    ])
    expect(rewritten('{ for (let x of list) { x = 1; run(() => x) } }')).toEqual([
      '{ for (let __item0 of list) { let x = __box(__item0); { x.value = 1; run(() => x.value) } } }',
    ])
    expect(rewritten('async function f() {\nfor await (const x of s()) use(x)\n}')[1]).toBe(
      'for       (const x of __eachLater(s(), 2)) use(x)',
    )
  })

  test('generators wait to be asked, and leave when they are closed', () => {
    expect(rewritten('function* f(): Generator<u8> { yield 1; yield* g(); return }')).toEqual([
      'function  f(): __Generator<u8> { if (__begin()) return changetype<__Generator<u8>>(__self()); ' +
        '__beginGenerator(1); if (__isClosing(__self())) return __endGenerator<u8>(__self()); ' +
        '{ __yield<u8>(1, 1); if (__isClosing(__self())) return __endGenerator<u8>(__self()); }  ' +
        'for (const __item0 of g()) { __yield<u8>(__item0, 1); ' +
        'if (__isClosing(__self())) return __endGenerator<u8>(__self()); }  ' +
        'return __endGenerator<u8>(__self()) ; return __endGenerator<u8>(__self()); }',
    ])
    expect(
      rewritten('async function* f(): AsyncGenerator<u8> { if (x) yield 1; else yield 2 }'),
    ).toEqual([
      '      function  f(): __AsyncGenerator<u8> { if (__begin()) return changetype<__AsyncGenerator<u8>>(__self()); ' +
        '__beginStream(1); if (__isStreamClosing(__self())) return __endStream<u8>(__self()); ' +
        'if (x) { __yieldLater<u8>(1, 1); if (__isStreamClosing(__self())) return __endStream<u8>(__self()); }  ' +
        'else { __yieldLater<u8>(2, 1); if (__isStreamClosing(__self())) return __endStream<u8>(__self()); } ; ' +
        'return __endStream<u8>(__self()); } catch (__error) { return __failStream<u8>(__error, __self()); } }',
    ])
    expect(rewritten('class A { *[Symbol.iterator](): Generator<u8> {} }')[0]).toContain(
      'class A {  __iterator(): __Generator<u8> {',
    )
  })

  test('destructuring declares the whole value and then each name', () => {
    expect(rewritten('const { x, y: z } = point(), n = 1')).toEqual([
      'const __value0 = point(), x = __value0.x, z = __value0.y, n = 1',
    ])
    expect(
      rewritten('async function f() {\n  let [\n    a, , b] = await g()\n}').slice(1, 3),
    ).toEqual([
      '  let __value0 = ',
      '__await( g(), 3).getResult(), a = __value0[0], b = __value0[2]',
    ])
  })

  test('the console is imported unless the file has one of its own', () => {
    const text = (source: string) => rewriteSource(parseSource('test.ts', source)).text
    expect(text('console.log("x")')).toContain('import { console } from "nothread/guest/console"')
    expect(text('class console {}\nconsole.log("x")')).not.toContain('import')
    expect(text('view.console()')).toBe('view.console()')
  })

  test('every position has its way back', () => {
    const text = 'async function f(): Promise<i32> {\n  return (await g(first)) + second\n}\n'
    const edited = rewriteSource(parseSource('test.ts', text))
    for (const name of ['first', 'second', 'g(', 'f(']) {
      expect(edited.originalOffset(edited.text.indexOf(name))).toBe(text.indexOf(name))
    }
    expect(edited.originalOffset(edited.text.indexOf('__complete'))).toBe(text.indexOf('(await'))
    expect(edited.originalOffset(edited.text.length + 5)).toBe(text.length)
  })
})
