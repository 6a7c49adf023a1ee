import { expect, test } from 'vitest'
import { runText } from './programs.ts'

const program = `import { print, sleep } from 'nothread/guest'
class P {
  next: P | null = null
  private label?: string
  #secret: i32 = 7
  constructor(public x: i32, public name: string | null = null) {}
  child(n: i32): P | null { print('child'); return n > 0 ? this.next : null }
  get secret(): i32 { return this.#secret }
  setLabel(text?: string): P { this.label = text; return this }
  shown(): string { return this.label ?? 'no label' }
}
let calls = 0
function make(): P { calls++; return new P(99) }
function find(list: P[], x: i32): P | undefined {
  for (const p of list) if (p.x === x) return p
  return undefined
}
function sum(...values: i32[]): i32 { let s = 0; for (const v of values) s += v; return s }
enum Color { Red, Green = 5, Blue }
async function later(p: P | null): Promise<string | null> { await sleep(10); return p?.name ?? null }

export async function main(): Promise<void> {
  const a = new P(1, 'one'); a.next = new P(2)
  const none = find([], 3)
  print(a?.next?.x ?? -1); print(a.next?.next?.x ?? -1); print(none?.x ?? -2)
  print(a?.name ?? 'unnamed'); print(a.next!.name ?? 'unnamed')
  print((none ?? make()).x); print((a ?? make()).x); print(calls)
  none?.child(1); a?.child(1)?.child(0)
  const c = a.child(1)?.child(1) ?? a
  print(c.x)
  let q: P | null = null
  q ??= make(); q ??= make(); print(calls); print(q.x)
  const f: ((n: i32) => i32) | null = (n: i32): i32 => n * calls
  print(f?.(10) ?? 0)
  const list: i32[] | null = [4, 5]
  print(list?.[1] ?? 0)
  print(find([a], 1) === undefined ? 'no' : 'yes')
  print(a.secret); print(a.shown()); print(a.setLabel('L').shown()); print(a.setLabel().shown())
  const one = [1, 2], two: i64[] = [7]
  print([...one, 3, 4, ...one].join(',')); print([0, ...two].join(',')); const copy = [...one]; copy.push(9); print(one.length)
  const set = new Set<i32>(); set.add(5); print([...set, 6].join(',')); print([...'héy'].join('-'))
  print(sum(1, 2, 3)); print(sum())
  outer: for (let i = 0; i < 4; i++) {
    for (let k = 0; k < 4; k++) {
      if (k == 2) continue outer
      if (i == 2) break outer
      print(i * 10 + k)
    }
  }
  let n = 0
  again: while (true) { n++; for (const v of one) { try { if (n < 3) continue again; break again } finally { n += 10 } } }
  print(n)
  block: { if (n > 0) break block; print('not here') }
  print(Color.Green); const shade = Color[Color.Blue]; print(shade)
  print((await later(a)) ?? 'null'); print((await later(null)) ?? 'null')
  const boxed = (): P | null => { let z: P | null = null; const set2 = (): void => { z ??= make() }; set2(); return z }
  print(boxed()?.x ?? 0)
  const t = 'filled'
  let m = 0; m ||= 3; m &&= m + 1; print(m)
  switch (t) { case 'a': print('A'); break; case 'filled': print('F'); default: print('D') }
  print(\`\${one.length} and \${two[0]}\`)
  print(a.x > 0 ? none?.name ?? 'x' : 'y')
}
`

test('what may be null, lists that are spread, labels, and what may be left out', async () => {
  const { report, text } = await runText(program)
  expect({ text, report }).toMatchObject({ report: { stopReason: 'exit', exitCode: 0 } })
  expect(text.trimEnd().split('\n')).toEqual([
    '2',
    '-1',
    '-2',
    'one',
    'unnamed',
    '99',
    '1',
    '1',
    'child',
    'child',
    'child',
    'child',
    '1',
    '2',
    '99',
    '20',
    '5',
    'yes',
    '7',
    'no label',
    'L',
    'no label',
    '1,2,3,4,1,2',
    '0,7',
    '2',
    '5,6',
    'h-é-y',
    '6',
    '0',
    '0',
    '1',
    '10',
    '11',
    '22',
    '5',
    'Blue',
    'one',
    'null',
    '99',
    '4',
    'F',
    'D',
    '2 and 7',
    'x',
  ])
})
