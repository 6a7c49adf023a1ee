/**
 * Differential fuzzing: random modules run on the emulated CPU and in the host's engine, and everything that can be seen is compared:
 * results, traps, and for modules of other makers the memory and the arguments of imported functions. Shared by the short tests and by
 * the long run (fuzz.ts).
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodeChoice } from '../../host/toolchain/backend/index.ts'
import { TRAP } from '../../host/toolchain/backend/index.ts'
import { parseModule } from '../../host/toolchain/backend/wasm/parse.ts'
import type { FunctionType, Import } from '../../host/toolchain/backend/wasm/module.ts'
import { wordsOf } from '../../host/toolchain/backend/lower/context.ts'
import { LinkError, STACK_TOP, Store } from '../spec/store.ts'
import type { Extern, Instance } from '../spec/store.ts'
import { linkCoroutines, runEmulated, runInHost } from './coroutines.ts'
import type { Operand } from './differential.ts'
import { linearMemory, Pair, toWords } from './differential.ts'
import { ProgramGenerator } from './generator.ts'
import { Random } from './random.ts'
import type { Guest, Outcome } from './guest.ts'
import { Unfinished } from './guest.ts'
import type { TestModule, Type } from './wasm.ts'
import { constant, encodeModule, nameLocals } from './wasm.ts'

/** Taken in turn. */
export const INSTRUCTION_SETS = [
  'rv32imac_zba_zbb_zbs',
  'rv32im',
  'rv32im_zba_zbb_zbs',
  'rv32imac',
  'rv32im_zbb',
]
const FUNCTIONS = 8
const CALLS = 5
/** How long a call of a module of another maker may take. */
const CYCLES = 20_000_000
/** The call used up the stack or the cycles. */
const EXHAUSTED = 'exhausted'
const FLOATS = [0, -0, 1, -1.5, 2.5, 1e-40, 3e38, 4294967296, 1e300, NaN, Infinity]

/** What was compared: functions, and a line for each difference. */
export interface Comparison {
  functions: number
  differences: string[]
}

export function operand(random: Random, type: Type): Operand {
  const low = random.below(2) === 0 ? random.below(40) : random.next()
  if (type === 'i32') return low | 0
  if (type !== 'i64') return random.below(2) === 0 ? random.pick(FLOATS) : low | 0
  const high = random.below(3) === 0 ? random.next() : 0
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))
}

/** A module and how it is compiled. */
interface Build {
  wasm: Uint8Array<ArrayBuffer>
  code: CodeChoice
}

/** Instruction set and checks depend on the seed. A part of the builds are for debuggers: all locals are in memory. */
function buildOf(wasm: Uint8Array<ArrayBuffer>, seed: number): Build {
  const march = INSTRUCTION_SETS[seed % INSTRUCTION_SETS.length]
  const checks = { bounds: seed % 3 === 0, stack: seed % 3 === 1 }
  if (seed % 7 < 5) return { wasm, code: { march, checks } }
  const { bytes, homes } = nameLocals(wasm)
  return { wasm: bytes, code: { march, checks, homes } }
}

/** What the generator makes for a seed. */
const generatorOf = (seed: number): ProgramGenerator =>
  new ProgramGenerator(seed, { floats: seed % 2 === 0, manyLocals: seed % 11 === 0 })

/** A module of our generator. */
export function compareProgram(guest: Guest, seed: number): Comparison {
  const module = generatorOf(seed).module(FUNCTIONS)
  const { wasm, code } = buildOf(encodeModule(module), seed)
  const pair = new Pair(guest, module, { ...linearMemory, ...code }, wasm)
  const random = new Random(seed + 0x10000)
  const differences: string[] = []
  for (const { name, parameters } of module.functions) {
    for (let i = 0; i < CALLS; i++) {
      const operands = parameters.map((type) => operand(random, type))
      const difference = pair.difference(name, operands)
      if (difference !== undefined) differences.push(`program ${seed}: ${difference}`)
    }
  }
  return { functions: module.functions.length, differences }
}

/** A coroutine of our generator, resumed until it ends, with the functions it calls. */
export function compareCoroutine(guest: Guest, seed: number): Comparison {
  const module: TestModule = generatorOf(seed).coroutineModule(3)
  const { wasm, code } = buildOf(encodeModule(module), seed)
  const image = linkCoroutines(wasm, code)
  const random = new Random(seed + 0x20000)
  const { parameters } = module.functions.find(({ name }) => name === 'main')!
  const differences: string[] = []
  for (let i = 0; i < CALLS; i++) {
    const operands = parameters.map((type) => operand(random, type))
    const expected = runInHost(module, operands)
    const actual = runEmulated(guest, module, operands, image)
    if (JSON.stringify(actual) === JSON.stringify(expected)) continue
    differences.push(
      `coroutine ${seed}: ${JSON.stringify({ operands: operands.map(String), expected, actual })}`,
    )
  }
  return { functions: module.functions.length - 1, differences }
}

const FEATURES = ['sign-ext', 'nontrapping-float-to-int', 'multivalue', 'mutable-globals']
const BULK = ['bulk-memory', 'bulk-memory-opt']
const SUPPORT = 'fuzzing-support'

/**
 * A module that Binaryen makes of random bytes: of 24,000, about thirty functions. `wasmOpt` is the path of its tool, `folder` where it may
 * write.
 */
export function binaryenModule(
  wasmOpt: string,
  folder: string,
  seed: number,
  bytes = 24_000,
): Uint8Array<ArrayBuffer> {
  const random = new Random(seed)
  const input = Uint8Array.from({ length: bytes }, () => random.next() & 0xff)
  writeFileSync(join(folder, 'input'), input)
  const features = seed % 2 === 0 ? [...FEATURES, ...BULK] : FEATURES
  const optimise = seed % 3 === 0 ? ['-O2'] : []
  const options = ['-mvp', ...features.map((name) => `--enable-${name}`), '--denan', ...optimise]
  execFileSync(wasmOpt, ['input', '-ttf', ...options, '-o', 'module.wasm'], {
    cwd: folder,
    stdio: 'pipe',
  })
  return new Uint8Array(readFileSync(join(folder, 'module.wasm')))
}

/** Compares a module of another maker, whose imports must be functions of numbers. Undefined if it imports something else. */
export function compareModule(
  guest: Guest,
  original: Uint8Array<ArrayBuffer>,
  seed: number,
): Comparison | undefined {
  const { wasm, code } = buildOf(original, seed)
  const module = parseModule(wasm)
  const isForeign = ({ kind, type }: Import): boolean => {
    if (kind !== 'function') return true
    const { parameters, results } = module.types[type]
    return [...parameters, ...results].some((item) => item.endsWith('ref'))
  }
  if (module.imports.some(isForeign)) return undefined
  const support = supportModule(module.imports.map(({ name, type }) => [name, module.types[type]]))
  const store = new Store(guest, code)
  const emulatedSupport = store.add(support, true)
  store.register(SUPPORT, emulatedSupport)
  const hostSupport = new WebAssembly.Instance(new WebAssembly.Module(support as BufferSource))
  const emulated = instantiate(guest, store, wasm)
  const host = inHost(wasm, { [SUPPORT]: hostSupport.exports })
  if (emulated === undefined || host === undefined) {
    const differences =
      emulated === host ? [] : [`module ${seed}: only one side can be initialised`]
    return { functions: 0, differences }
  }
  const calls = compareCalls(guest, emulated, host, seed)
  if (calls.isCut) return calls
  const state = [
    ...memoryDifference(guest, emulated, host),
    ...hashDifference(guest, emulatedSupport, hostSupport),
  ]
  return {
    ...calls,
    differences: [...calls.differences, ...state.map((text) => `module ${seed}: ${text}`)],
  }
}

function instantiate(guest: Guest, store: Store, wasm: Uint8Array): Instance | undefined {
  try {
    const instance = store.add(wasm, true)
    const { fault, start } = instance.image
    if (fault !== undefined) return undefined
    if (start !== undefined && call(guest, start, []).kind === 'trap') return undefined
    return instance
  } catch (error) {
    if (error instanceof LinkError) return undefined
    throw error
  }
}

function inHost(wasm: Uint8Array, imports: WebAssembly.Imports): WebAssembly.Instance | undefined {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(wasm as BufferSource), imports)
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return undefined
    throw error
  }
}

const call = (guest: Guest, address: number, words: readonly number[]) =>
  guest.call(address, words, CYCLES, STACK_TOP - 4096)

/** Calls what the module exports, up to the first that exhausts the stack or the cycles on a side: there the states part. */
function compareCalls(
  guest: Guest,
  emulated: Instance,
  host: WebAssembly.Instance,
  seed: number,
): Comparison & { isCut: boolean } {
  const random = new Random(seed + 0x30000)
  const differences: string[] = []
  let functions = 0
  for (const [name, item] of emulated.exports) {
    if (item.kind !== 'function') continue
    const operands = operandsFor(random, item.type)
    if (operands === undefined) continue
    const run = host.exports[name] as (...operands: Operand[]) => unknown
    const expected = hostOutcome(run, operands, item.type)
    const actual = emulatedOutcome(guest, item, operands)
    if (expected === EXHAUSTED || actual === EXHAUSTED)
      return { functions, differences, isCut: true }
    functions++
    if (expected === actual) continue
    differences.push(
      `module ${seed}: ${name}(${operands.map(String).join()}): ${expected} in the host, ${actual} emulated`,
    )
  }
  return { functions, differences, isCut: false }
}

/** Operands of numbers; undefined if the function takes or gives references. */
function operandsFor(random: Random, { parameters, results }: FunctionType): Operand[] | undefined {
  if ([...parameters, ...results].some((type) => type.endsWith('ref'))) return undefined
  return parameters.map((type) => operand(random, type as Type))
}

function hostOutcome(
  run: (...operands: Operand[]) => unknown,
  operands: Operand[],
  { results }: FunctionType,
): string {
  try {
    const value = run(...operands)
    const values = results.length === 1 ? [value] : ((value ?? []) as unknown[])
    return values.flatMap((item, i) => toWords(item as Operand, results[i] as Type)).join()
  } catch (error) {
    return error instanceof RangeError ? EXHAUSTED : 'trap'
  }
}

function emulatedOutcome(
  guest: Guest,
  { address, type }: Extract<Extern, { kind: 'function' }>,
  operands: Operand[],
): string {
  const words = operands.flatMap((item, i) => toWords(item, type.parameters[i] as Type))
  try {
    return describe(call(guest, address, words), type)
  } catch (error) {
    if (error instanceof Unfinished) return EXHAUSTED
    throw error
  }
}

function describe(outcome: Outcome, { results }: FunctionType): string {
  if (outcome.kind === 'returned') {
    return outcome.words
      .slice(
        0,
        results.reduce((sum, item) => sum + wordsOf(item), 0),
      )
      .join()
  }
  if (outcome.code === TRAP.stackOverflow) return EXHAUSTED
  return outcome.cause === 3 ? 'trap' : `exception ${outcome.cause}`
}

function memoryDifference(guest: Guest, emulated: Instance, host: WebAssembly.Instance): string[] {
  const [name] =
    Object.entries(host.exports).find(([, item]) => item instanceof WebAssembly.Memory) ?? []
  const ours = name === undefined ? undefined : emulated.exports.get(name)
  if (name === undefined || ours?.kind !== 'memory') return []
  const theirs = new Uint8Array((host.exports[name] as WebAssembly.Memory).buffer)
  if (guest.word(ours.size) * 0x10000 !== theirs.length) return ['memories of different sizes']
  const bytes = guest.bytes(ours.address, theirs.length)
  const at = theirs.findIndex((byte, i) => byte !== bytes[i])
  return at < 0 ? [] : [`memory differs at ${at}`]
}

/** A module of functions that mix their arguments into a number; results are zero. */
function supportModule(functions: [string, FunctionType][]): Uint8Array {
  const mix = [...constant('i64', 0x100000001b3), 0x7e, 0x24, 0]
  const unique = new Map(functions)
  return encodeModule({
    functions: [
      ...[...unique].map(([name, { parameters, results }]) => ({
        name,
        parameters: parameters as Type[],
        results: results as Type[],
        body: [
          ...parameters.flatMap((type, i) => [
            0x23,
            0,
            0x20,
            i,
            ...(TO_I64[type] ?? []),
            0x85,
            ...mix,
          ]),
          ...results.flatMap((type) => constant(type as Type, 0)),
        ],
      })),
      { name: 'hash of all', parameters: [], results: ['i64' as const], body: [0x23, 0] },
    ],
    globals: ['i64'],
  })
}

const TO_I64: Readonly<Record<string, number[]>> = {
  i32: [0xad],
  f32: [0xbc, 0xad],
  f64: [0xbd],
}

function hashDifference(guest: Guest, emulated: Instance, host: WebAssembly.Instance): string[] {
  const item = emulated.exports.get('hash of all')
  if (item?.kind !== 'function') return []
  const { type } = item
  const actual = emulatedOutcome(guest, item, [])
  const expected = hostOutcome(host.exports['hash of all'] as () => unknown, [], type)
  return actual === expected ? [] : ['imported functions got other arguments']
}
