/**
 * Instructions that the compiler's code executes on the kernels of bench/kernels, beside gcc -O2 for the same machine; code size beside
 * it. Both compile for rv32imac, and once more with the bit-manipulation extensions. The figures are exact and the same on every host.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { linkImage } from '../host/toolchain/backend/index.ts'
import type { Image } from '../host/toolchain/elf/image.ts'
import { readImage } from '../host/toolchain/elf/reader.ts'
import { Guest } from '../test/backend/guest.ts'
import { hasProgram, inFolder, runProgram } from '../test/programs.ts'
import { geomean } from './table.ts'
import type { Bench, BenchRow } from './types.ts'

const BASE = 0x80000000
const DATA = BASE + 0x1000
const CYCLES = 100_000_000

/** Argument of each kernel. */
const KERNELS: Readonly<Record<string, number>> = {
  sieve: 5000,
  crc32: 2000,
  quicksort: 2000,
  matmul: 24,
  mix64: 2000,
  fib: 18,
  list: 1000,
  words: 5000,
}

const MARCHES = ['rv32imac', 'rv32imac_zba_zbb_zbs']
const GCC = 'riscv64-unknown-elf-gcc'
const GCC_OPTIONS = [
  ...['-O2', '-mabi=ilp32', '-nostdlib', '-ffreestanding', '-w'],
  ...['-Wl,-N,-Ttext=0x80000000,-Tdata=0x80080000,-Tbss=0x80100000,-e,sieve'],
]

const source = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`./kernels/${name}`, import.meta.url)), 'utf8')

async function compiled(march: string): Promise<Image> {
  let wasm: Uint8Array | undefined
  const text = source('kernels.as.ts')
  const options = [
    '-O3',
    '--noAssert',
    '--runtime',
    'stub',
    '--debug',
    '--memoryBase',
    String(DATA),
  ]
  const { error, stderr } = await asc.main(
    ['kernels.ts', ...options, '--outFile', 'kernels.wasm'],
    {
      readFile: (name) => (name === 'kernels.ts' ? text : null),
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm') && typeof contents !== 'string') wasm = contents
      },
      listFiles: () => [],
    },
  )
  if (error !== null || wasm === undefined) throw new Error(stderr.toString())
  return linkImage({ wasm, base: BASE, entry: 'sieve', code: { march } })
}

function compiledByGcc(march: string): Image | undefined {
  if (!hasProgram(GCC)) return undefined
  return inFolder({ 'kernels.c': source('kernels.c') }, (folder) => {
    const options = [...GCC_OPTIONS, `-march=${march}`, 'kernels.c', '-lgcc', '-o', 'kernels.elf']
    runProgram(GCC, options, folder)
    return readImage(new Uint8Array(readFileSync(join(folder, 'kernels.elf'))))
  })
}

interface Measured {
  instructions: number
  bytes: number
  result: number
}

function measure(guest: Guest, image: Image): Map<string, Measured> {
  const results = new Map<string, Measured>()
  for (const [name, argument] of Object.entries(KERNELS)) {
    const { address, size } = image.symbols.find((symbol) => symbol.name === name)!
    guest.load(image)
    const before = guest.retired
    const outcome = guest.call(address, [argument], CYCLES)
    if (outcome.kind === 'trap') throw new Error(`${name} trapped`)
    const instructions = guest.retired - before
    results.set(name, { instructions, bytes: size, result: outcome.words[0] })
  }
  return results
}

async function compare(guest: Guest, march: string): Promise<BenchRow[]> {
  const ours = measure(guest, await compiled(march))
  const other = compiledByGcc(march)
  const theirs = other && measure(guest, other)
  const rows: BenchRow[] = []
  const ratios: number[] = []
  for (const [name, { instructions, bytes, result }] of ours) {
    const compared = theirs?.get(name)
    if (compared !== undefined && compared.result !== result) {
      throw new Error(`${name} gives ${result}, with gcc ${compared.result}`)
    }
    const ratio = compared && instructions / compared.instructions
    if (ratio !== undefined) ratios.push(ratio)
    const label = `${name}, ${bytes} bytes${compared ? ` (gcc ${compared.bytes})` : ''}`
    rows.push({ name: label, value: instructions, unit: 'instructions', ratio, to: 'gcc -O2' })
  }
  if (ratios.length > 0) {
    const name = `geometric mean, ${march}`
    rows.push({ name, value: geomean(ratios), unit: '×', to: 'gcc -O2' })
  }
  return rows
}

async function run(): Promise<BenchRow[]> {
  const guest = await Guest.create()
  const rows: BenchRow[] = []
  for (const march of MARCHES) rows.push(...(await compare(guest, march)))
  return rows
}

export const bench: Bench = { title: "The compiler's code beside gcc -O2", run }
