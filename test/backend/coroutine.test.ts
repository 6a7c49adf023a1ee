import { beforeAll, describe, expect, test } from 'vitest'
import { linkCoroutines, runEmulated, runInHost } from './coroutines.ts'
import type { Operand } from './differential.ts'
import { MEMORY_ORIGIN } from './differential.ts'
import { ProgramGenerator, RESULT_ADDRESS } from './generator.ts'
import { Random } from './random.ts'
import { Guest } from './guest.ts'
import type { TestFunction, TestModule, Type } from './wasm.ts'
import { constant, encodeModule, unsigned } from './wasm.ts'

const PROGRAMS = Number(process.env.NOTHREAD_FUZZ ?? 20)
const HEADER = 32

const imports: TestModule['imports'] = [
  { module: 'co', name: 'begin', parameters: [], results: ['i32'] },
  { module: 'co', name: 'self', parameters: [], results: ['i32'] },
  { module: 'co', name: 'suspend', parameters: ['i32'], results: [] },
  { module: 'co', name: 'resume', parameters: ['i32'], results: [] },
]
const suspend = (line: number): number[] => [...constant('i32', line), 0x10, 2]
const get = (local: number): number[] => [0x20, ...unsigned(local)]
const set = (local: number): number[] => [0x21, ...unsigned(local)]
const BEGIN = [0x10, 0, 0x04, 0x40, 0x10, 1, 0x0f, 0x0b]
const resume: TestFunction = {
  name: 'resume',
  parameters: ['i32'],
  results: [],
  body: [0x20, 0, 0x10, 3],
}

/** A coroutine that leaves the i32 that `value` computes. */
function coroutine(
  parameters: Type[],
  locals: Type[],
  statements: number[],
  value: number[],
): TestModule {
  const body = [
    ...BEGIN,
    ...statements,
    ...[...constant('i32', RESULT_ADDRESS), ...value, 0x36, 0, 0],
    ...[...constant('i32', RESULT_ADDRESS + 8), ...constant('i32', 1), 0x36, 0, 0],
    ...[0x10, 1],
  ]
  const main: TestFunction = { name: 'main', parameters, results: ['i32'], locals, body }
  return { imports, functions: [main, resume], memory: 1 }
}

let guest: Guest
beforeAll(async () => {
  guest = await Guest.create()
})

function expectSame(module: TestModule, operands: Operand[]): void {
  const expected = runInHost(module, operands)
  expect(runEmulated(guest, module, operands)).toEqual(expected)
}

describe('frames', () => {
  test('nothing live: only the header', () => {
    const module = coroutine(['i32'], [], suspend(5), constant('i32', 9))
    const [table] = linkCoroutines(encodeModule(module)).coroutines
    expect(table).toMatchObject({ frameBytes: HEADER, states: [{ line: 5, slots: [] }] })
    expectSame(module, [3])
  })

  test('values that are never live together share a slot', () => {
    const module = coroutine(
      ['i32', 'i32'],
      ['i32'],
      [...suspend(1), ...get(0), ...set(2), ...get(1), ...get(2), 0x6a, ...set(0), ...suspend(2)],
      get(0),
    )
    const [table] = linkCoroutines(encodeModule(module)).coroutines
    expect(table.frameBytes).toBe(HEADER + 8)
    expect(table.states.map(({ slots }) => slots.length)).toEqual([2, 1])
    expectSame(module, [3, 4])
  })

  test('constants are made again instead of kept', () => {
    const big = constant('i32', 0x12345678)
    const module = coroutine([], ['i32'], [...big, ...set(0), ...suspend(1)], get(0))
    expect(linkCoroutines(encodeModule(module)).coroutines[0].frameBytes).toBe(HEADER)
    expectSame(module, [])
  })

  test('the first word is a resume address of the table', () => {
    const module = coroutine(['i32'], [], suspend(7), get(0))
    const image = linkCoroutines(encodeModule(module))
    guest.load(image)
    const [{ address, states }] = image.coroutines
    const outcome = guest.call(address, [1])
    const frame = outcome.kind === 'returned' ? outcome.words[0] : 0
    expect(guest.word(frame) >>> 0).toBe(states[0].address)
  })
})

test('suspensions in a loop, on both ways of a condition and inside an expression', () => {
  const loop = [
    ...[0x03, 0x40, ...get(0), ...constant('i32', 1), 0x71, 0x04, 0x40],
    ...[...suspend(1), ...get(1), ...get(0), 0x6a, ...set(1), 0x05],
    ...[...get(1), ...constant('i32', 3), 0x6c, ...suspend(2), ...get(0), 0x6b, ...set(1), 0x0b],
    ...[...get(0), ...constant('i32', 1), 0x6b, 0x22, 0, 0x0d, 0, 0x0b],
  ]
  expectSame(coroutine(['i32', 'i32'], [], loop, get(1)), [20, 5])
})

test('forty live values; upper halves that nobody reads take no slot', () => {
  const count = 40
  const types = Array.from({ length: count }, (_, i): Type => (i % 2 === 0 ? 'i32' : 'i64'))
  const fill = types.flatMap((type, i) => [
    ...get(0),
    ...(type === 'i64' ? [0xac] : []),
    ...[...constant(type, 1000 + i), type === 'i32' ? 0x6c : 0x7e, ...set(1 + i)],
  ])
  const sum = types.flatMap((type, i) => [...get(1 + i), ...(type === 'i64' ? [0xa7] : []), 0x6a])
  const module = coroutine(
    ['i32'],
    types,
    [...fill, ...suspend(1), ...suspend(2)],
    [...get(0), ...sum],
  )
  expect(linkCoroutines(encodeModule(module)).coroutines[0].frameBytes).toBe(
    HEADER + 4 * (count + 1),
  )
  expectSame(module, [7])
})

test('two thousand states', () => {
  const steps = Array.from({ length: 2000 }, (_, i) => [
    ...suspend(i),
    ...[...get(1), ...constant('i32', i), 0x73, ...constant('i32', 5), 0x77, ...set(1)],
  ])
  expectSame(coroutine(['i32', 'i32'], [], steps.flat(), get(1)), [1, 2])
})

test('co.suspend without co.begin is refused with the name of the function', () => {
  const main: TestFunction = { name: 'main', parameters: [], results: [], body: suspend(1) }
  const module: TestModule = { imports, functions: [main], memory: 1 }
  expect(() => linkCoroutines(encodeModule(module))).toThrow(
    /co\.suspend without co\.begin.*in main/,
  )
})

const operand = (random: Random, type: Type): Operand =>
  type === 'i32' ? random.next() | 0 : BigInt.asIntN(64, BigInt(random.next()) * 0x10001n)

test.each(Array.from({ length: PROGRAMS }, (_, i) => i + 1))('random coroutine %i', (seed) => {
  const module = new ProgramGenerator(seed).coroutineModule(4)
  const random = new Random(seed)
  const { parameters } = module.functions.find(({ name }) => name === 'main')!
  for (let i = 0; i < 3; i++)
    expectSame(
      module,
      parameters.map((type) => operand(random, type)),
    )
})

test('a million suspended coroutines with one live value fit in 64 MiB', async () => {
  const million = 1_000_000
  const addToSum = [
    ...constant('i32', 0),
    ...constant('i32', 0),
    0x28,
    2,
    0,
    ...get(0),
    0x6a,
    0x36,
    2,
    0,
  ]
  const main: TestFunction = {
    name: 'main',
    parameters: ['i32'],
    results: ['i32'],
    body: [...BEGIN, ...suspend(1), ...addToSum, 0x10, 1],
  }
  /** Runs `body` with local 0 from the parameter down to 1. */
  const countdown = (name: string, body: number[]): TestFunction => ({
    name,
    parameters: ['i32', 'i32'],
    results: [],
    body: [
      ...[0x03, 0x40, ...body, ...get(0), ...constant('i32', 1), 0x6b, 0x22, 0, 0x0d, 0, 0x0b],
    ],
  })
  const step = [...get(1), ...constant('i32', HEADER + 4), 0x6a, ...set(1)]
  const image = linkCoroutines(
    encodeModule({
      imports,
      functions: [
        main,
        countdown('spawn', [...get(0), 0x10, 4, 0x1a]),
        countdown('resumeAll', [...get(1), 0x10, 3, ...step]),
      ],
      memory: 1,
    }),
  )
  expect(image.coroutines[0].frameBytes).toBe(HEADER + 4)
  const large = await Guest.create(64 << 20)
  large.load(image)
  const address = (name: string): number =>
    image.symbols.find((symbol) => symbol.name === name)!.address
  const first = large.word(address('frames')) >>> 0
  const cycles = 2_000_000_000
  expect(large.call(address('spawn'), [million, 0], cycles).kind).toBe('returned')
  expect(large.call(address('resumeAll'), [million, first], cycles).kind).toBe('returned')
  expect(large.word(MEMORY_ORIGIN)).toBe(((million / 2) * (million + 1)) | 0)
})
