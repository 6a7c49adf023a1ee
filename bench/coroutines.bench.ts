/**
 * What an await costs, beside clang's C++20 coroutines for the same machine: bytes of a frame with 1, 4 and 16 live values, and the
 * instructions of a round. Loops suspend at one place or at two in turn; the header of both frames holds a resume address and seven words.
 * With one place, clang need not say which it is.
 *
 * Behind a suspension a round combines all values in one that it stores, changes every value, and stores their combination again. To
 * resume is what comes up to the first store, to suspend is what comes behind the second.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Image } from '../host/toolchain/elf/image.ts'
import { readImage } from '../host/toolchain/elf/reader.ts'
import { linkCoroutines } from '../test/backend/coroutines.ts'
import { MEMORY_ORIGIN } from '../test/backend/differential.ts'
import { Guest } from '../test/backend/guest.ts'
import type { TestFunction, Type } from '../test/backend/wasm.ts'
import { constant, encodeModule } from '../test/backend/wasm.ts'
import { hasProgram, inFolder, runProgram } from '../test/programs.ts'
import type { Bench, BenchRow } from './types.ts'

const COUNTS = [1, 4, 16]
const ROUNDS = 8
const SINK = 16
const FRAMES = 0x80a00000

const CLANG = 'clang++'
const CLANG_OPTIONS = [
  ...['--target=riscv32', '-march=rv32im', '-mabi=ilp32', '-O2', '-std=c++20', '-w', '-nostdlib'],
  ...['-fno-exceptions', '-fno-rtti', '-ffreestanding', '-fuse-ld=lld'],
  ...['-Wl,-N,-Ttext=0x80000000,-Tbss=0x80100000,-e,coroutine'],
]

interface Cost {
  frameBytes: number
  resume: number
  suspend: number
  round: number
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** `v[i] = (v[i] ^ 85) + v[i + 1]` for all values, then the exclusive or of all to memory, for ever. */
function wasmModule(count: number, awaits: number): Uint8Array {
  const get = (local: number): number[] => [0x20, local]
  const updates = range(count).flatMap((i) => [
    ...[...get(i), ...constant('i32', 85), 0x73, ...get((i + 1) % count), 0x6a, 0x21, i],
  ])
  const mixed = range(count).flatMap((i) => (i === 0 ? get(0) : [...get(i), 0x73]))
  const store = (value: number[]): number[] => [...constant('i32', SINK), ...value, ...[0x36, 2, 0]]
  const round = (line: number): number[] => [
    ...[...constant('i32', line), 0x10, 2],
    ...[...store(mixed), ...updates, ...store([...mixed, ...constant('i32', 1), 0x6a])],
  ]
  const loop = [0x03, 0x40, ...range(awaits).flatMap(round), 0x0c, 0, 0x0b, 0x00]
  const main: TestFunction = {
    name: 'main',
    parameters: range(count).map((): Type => 'i32'),
    results: ['i32'],
    body: [...[0x10, 0, 0x04, 0x40, 0x10, 1, 0x0f, 0x0b], ...loop],
  }
  const results: Type[] = ['i32']
  const imports = [
    { module: 'co', name: 'begin', parameters: [], results },
    { module: 'co', name: 'self', parameters: [], results },
    { module: 'co', name: 'suspend', parameters: results, results: [] },
  ]
  return encodeModule({ imports, functions: [main], memory: 1 })
}

function cppSource(count: number, awaits: number): string {
  const preamble = readFileSync(
    fileURLToPath(new URL('./kernels/coroutines.cpp', import.meta.url)),
    'utf8',
  )
  const parameters = range(count).map((i) => `u32 v${i}`)
  const updates = range(count).map((i) => `v${i} = (v${i} ^ 85) + v${(i + 1) % count};`)
  const mixed = range(count).map((i) => `v${i}`)
  const all = mixed.join(' ^ ')
  const round = `co_await pause{}; sink = ${all}; ${updates.join(' ')} sink = (${all}) + 1;`
  return [
    preamble,
    `extern "C" task coroutine(${parameters.join(', ')}) {`,
    `  for (;;) { ${range(awaits)
      .map(() => round)
      .join(' ')} }`,
    '}',
  ].join('\n')
}

function compiledByClang(count: number, awaits: number): Image | undefined {
  if (!hasProgram(CLANG)) return undefined
  return inFolder({ 'coroutine.cpp': cppSource(count, awaits) }, (folder) => {
    runProgram(CLANG, [...CLANG_OPTIONS, 'coroutine.cpp', '-o', 'coroutine.elf'], folder)
    return readImage(new Uint8Array(readFileSync(join(folder, 'coroutine.elf'))))
  })
}

/** Calls the coroutine, then resumes it at the address in its first word; `mark` is where it stores. Costs are means of the rounds. */
function measureRounds(
  guest: Guest,
  image: Image,
  name: string,
  count: number,
  mark: number,
): Omit<Cost, 'frameBytes'> {
  const { address } = image.symbols.find((symbol) => symbol.name === name)!
  const words = range(count).map((i) => i + 1)
  const first = guest.call(address, words)
  if (first.kind === 'trap') throw new Error(`${name} trapped`)
  const frame = first.words[0]
  const cost = { resume: 0, suspend: 0, round: 0 }
  for (let i = 0; i < ROUNDS; i++) {
    const parts = guest.callInParts(guest.word(frame) >>> 0, [frame], mark)
    cost.resume += parts[0] / ROUNDS
    cost.suspend += parts[parts.length - 1] / ROUNDS
    cost.round += parts.reduce((sum, part) => sum + part, 0) / ROUNDS
  }
  return cost
}

function ours(guest: Guest, count: number, awaits: number): Cost {
  const image = linkCoroutines(wasmModule(count, awaits))
  guest.load(image)
  const [{ frameBytes }] = image.coroutines
  return { frameBytes, ...measureRounds(guest, image, 'main', count, MEMORY_ORIGIN + SINK) }
}

function clangs(guest: Guest, count: number, awaits: number): Cost | undefined {
  const image = compiledByClang(count, awaits)
  if (image === undefined) return undefined
  guest.load(image)
  const symbol = (name: string): number => image.symbols.find((item) => item.name === name)!.address
  guest.setWord(symbol('next_frame'), FRAMES)
  const rounds = measureRounds(guest, image, 'coroutine', count, symbol('sink'))
  return { frameBytes: guest.word(symbol('frame_bytes')), ...rounds }
}

function measure(guest: Guest, count: number, awaits: number): BenchRow[] {
  const own = ours(guest, count, awaits)
  const other = clangs(guest, count, awaits)
  const row = (what: string, unit: string, value: number, compared?: number): BenchRow => ({
    name: `${count} live, ${awaits} ${awaits === 1 ? 'await' : 'awaits'}: ${what}`,
    value,
    unit,
    ratio: compared === undefined ? undefined : value / compared,
    to: 'clang C++20',
  })
  return [
    row('frame', 'bytes', own.frameBytes, other?.frameBytes),
    row('resume', 'instructions', own.resume, other?.resume),
    row('suspend', 'instructions', own.suspend, other?.suspend),
    row('whole round', 'instructions', own.round, other?.round),
  ]
}

async function run(): Promise<BenchRow[]> {
  const guest = await Guest.create()
  return [1, 2].flatMap((awaits) => COUNTS.flatMap((count) => measure(guest, count, awaits)))
}

export const bench: Bench = { title: "Coroutines of the compiler beside clang's", run }
