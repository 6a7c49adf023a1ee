/** How long a program of 300 lines takes to compile, in Node and in Chromium: the first one, which loads the compiler, and the next. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readProgram, shippedProgram } from '../host/node/files.ts'
import { compileKernel } from '../host/toolchain/compile.ts'
import { readImage } from '../host/toolchain/elf/reader.ts'
import { openLab } from '../test/browser/lab.ts'
import type { Bench, BenchRow } from './types.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const command = join(root, 'dist/host/cli/main.js')
const kernel = join(root, 'assembly/guest/kernel')
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium'
const lines = 300
/** Programs compiled after the first; the fastest counts, because noise only ever slows down. */
const repetitions = 5

/** The DNS server, and functions that the host can call until there are 300 lines; no two editions have the same functions. */
function longProgram(edition: number): string {
  const parts = [
    "import { sleep } from 'nothread/guest'",
    readFileSync(shippedProgram('dns.ts'), 'utf8'),
  ]
  const count = () => parts.join('\n').split('\n').length
  while (count() < lines) parts.push(measuring(parts.length, edition))
  return parts.join('\n')
}

function measuring(number: number, edition: number): string {
  return `class Reading${number} {
  constructor(public value: i32, public name: string) {}
}
export async function measure${number}(count: i32): Promise<i32> {
  const readings: Reading${number}[] = []
  for (let i = 0; i < count; i++) {
    await sleep(i * ${number} + ${edition})
    readings.push(new Reading${number}(i * ${number}, \`reading ${edition}.\${i}\`))
  }
  return readings.filter((reading) => reading.name != '').reduce((sum, { value }) => sum + value, 0)
}`
}

async function milliseconds(run: () => unknown): Promise<number> {
  const began = performance.now()
  await run()
  return performance.now() - began
}

async function fastest(run: (index: number) => unknown): Promise<number> {
  const times: number[] = []
  for (let count = 0; count < repetitions; count++) times.push(await milliseconds(() => run(count)))
  return Math.min(...times)
}

/** The kernel comes as an image; without it every first run would take this much longer. */
function buildKernel(): Promise<unknown> {
  const files = readdirSync(kernel, { recursive: true, encoding: 'utf8' })
  const assembly = files.filter((file) => file.endsWith('.s'))
  const read = (path: string) => {
    const file = join(kernel, path)
    return existsSync(file) ? readFileSync(file, 'utf8') : null
  }
  return compileKernel('index.ts', assembly, read)
}

async function inNode(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nothread-compile-'))
  const file = join(folder, 'program.ts')
  const edit = (edition: number) => writeFileSync(file, longProgram(edition))
  edit(0)
  const build = [command, 'build', file, '-o', join(folder, 'program.elf')]
  const cold = await milliseconds(() => execFileSync(process.execPath, build))
  await readProgram(file)
  edit(1)
  const second = await milliseconds(() => readProgram(file))
  const warm = await fastest((index) => {
    edit(2 + index)
    return readProgram(file)
  })
  rmSync(folder, { recursive: true })
  const image = readFileSync(join(root, 'dist/assets/kernel.elf'))
  return [
    row('Node: nothread build, process and all', cold),
    row('Node: the program after an edit', second),
    row('Node: the fastest of the next', warm),
    row('Node: the kernel from its sources', await milliseconds(buildKernel)),
    row('Node: the kernel from its image', await fastest(() => readImage(image))),
  ]
}

async function inChromium(): Promise<BenchRow[]> {
  if (!existsSync(chromium)) return []
  const texts = Array.from({ length: repetitions + 2 }, (_, edition) => longProgram(edition))
  const cold = await chromiumTimes(texts, false)
  const prepared = await chromiumTimes(texts, true)
  return [
    row('Chromium: the first program, compiler loaded with it', cold[0]),
    row('Chromium: the program after an edit', cold[1]),
    row('Chromium, prepared as in the playground: the first program', prepared[0]),
    row('Chromium, prepared: the program after an edit', prepared[1]),
    row('Chromium, prepared: the fastest of the next', Math.min(...prepared.slice(2))),
  ]
}

async function chromiumTimes(texts: string[], prepare: boolean): Promise<number[]> {
  const lab = await openLab(chromium)
  try {
    return await lab.compileTimes(texts, prepare)
  } finally {
    await lab.close()
  }
}

function row(name: string, value: number): BenchRow {
  return { name, value, unit: 'ms' }
}

export const bench: Bench = {
  title: `compile times of a program of ${lines} lines`,
  run: async () => [...(await inNode()), ...(await inChromium())],
}
