/**
 * Where a program says it went wrong: every kind of end, in every kind of function, in every build. The expected lines are found in the program's
 * text by their marks.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { faultTrace } from '../../host/debug/source/fault.ts'
import type { CompileOptions, Program } from '../../host/toolchain/index.ts'
import { compileText, machineWith } from './programs.ts'

const text = `import { parameter, sleep } from 'nothread/guest'
class Item {
  constructor(public size: i32, public next: Item | null = null) {}
  fail(kind: u32): i32 {
    return fail(kind, this.size) // method
  }
}
const list: i32[] = [1, 2, 3]
function deeper(n: i32): i32 {
  const below = deeper(n + 1) // overflow
  return below + list[n & 1]
}
function fail(kind: u32, zero: i32): i32 {
  const item = new Item(zero)
  if (kind == 0) throw new RangeError('thrown') // throw
  if (kind == 1) return item.next!.size // null
  if (kind == 2) return list[kind + 10] // bounds
  if (kind == 3) return 7 / zero // division
  if (kind == 4) return deeper(zero)
  if (kind == 5) unreachable() // unreachable
  assert(kind == 99, 'checked') // assert
  return 0
}
async function hot(kind: u32): Promise<i32> {
  return fail(kind, 0) // hot
}
async function cold(kind: u32): Promise<i32> {
  await sleep(1000)
  return fail(kind, 0) // cold
}
function* values(kind: u32): Generator<i32> {
  yield fail(kind, 0) // generator
}
export async function main(): Promise<void> {
  const kind = parameter('kind', 0)
  const where = parameter('where', 0)
  if (where == 0) fail(kind, 0) // plain
  if (where == 1) await hot(kind) // awaits hot
  if (where == 2) await cold(kind) // awaits cold
  if (where == 3) for (const n of values(kind)) n // loops
  if (where == 4) {
    const zero = list.length - 3
    const inner = (n: u32): i32 => fail(n, zero) // closure
    inner(kind)
  }
  if (where == 5) new Item(0).fail(kind)
}
`

const kinds = ['throw', 'null', 'bounds', 'division', 'overflow', 'unreachable', 'assert']
const places = [
  ['plain'],
  ['hot', 'awaits hot'],
  ['cold', 'awaits cold'],
  ['generator', 'loops'],
].concat([['closure'], ['method']])

/** Number of the line with a mark, or with one that begins so. */
function lineOf(mark: string): number {
  return text.split('\n').findIndex((line) => line.endsWith(`// ${mark}`)) + 1
}

/** Every kind in a plain function, a thrown error and a fault of the machine in all others. */
const cases = [
  ...kinds.map((_, kind) => [kind, 0]),
  ...places.flatMap((_, where) =>
    where > 0
      ? [
          [0, where],
          [3, where],
        ]
      : [],
  ),
]

const builds: [string, CompileOptions][] = [
  ['release', {}],
  ['debug', { debug: true }],
  ['checked', { checked: true }],
]

describe.each(builds)('the %s build', (_, options) => {
  let program: Program
  beforeAll(async () => {
    program = await compileText(text, { ...options, checks: { stack: true } })
  }, 60_000)

  test('names the line of the fault and the lines on the way', async () => {
    const wrong: unknown[] = []
    for (const [kind, where] of cases) {
      const said = await wordsOf(program, kind, where)
      const marks = [kinds[kind], ...onTheWay(kind, where, options.debug === true)]
      const missing = marks.filter((mark) => !said.includes(`(test.ts:${lineOf(mark)}`))
      if (missing.length > 0 || said.includes('~')) wrong.push({ marks, missing, said })
    }
    expect(wrong).toEqual([])
  }, 60_000)
})

/**
 * The marks of the calls. Of a fault of the machine the rest of a deep recursion is left out, and in a fast build what has become part of
 * another function.
 */
function onTheWay(kind: number, where: number, isDebug: boolean): string[] {
  if (kinds[kind] === 'overflow') return []
  if (kind === 0 || isDebug) return places[where]
  return places[where].filter((mark) => mark !== 'loops' && mark !== 'method')
}

/** All that a run says of its fault. */
async function wordsOf(program: Program, kind: number, where: number): Promise<string> {
  const machine = await machineWith(program, { parameters: { kind, where } })
  const { stopReason, fault } = await machine.run({ until: '10s' })
  expect({ kind, where, stopReason }).toEqual({ kind, where, stopReason: 'fault' })
  const trace = fault ? faultTrace(machine, fault) : []
  return [machine.console.text, ...trace].join('\n')
}
