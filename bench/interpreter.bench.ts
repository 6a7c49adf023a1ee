/**
 * Speed of the interpreter: guest instructions per microsecond of processor time, with the run cut every 10,000 cycles, beside the
 * naive one, and beside QEMU where it is installed. The programs are in interpreter/, built by
 * `gcc -march=rv32im -mabi=ilp32 -O2 -nostdlib -ffreestanding -T kernel.ld start.S NAME.c` and `objcopy -S -R .riscv.attributes`.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Board } from '../test/cpu/board.ts'
import type { BoardOptions } from '../test/cpu/board.ts'
import { hasProgram, inFolder } from '../test/programs.ts'
import { naiveCore } from './naive/build.ts'
import type { Bench, BenchRow } from './types.ts'

const kernels = ['sieve', 'matmul', 'crc32', 'quicksort', 'fib', 'vm']
/** Runs of each; the fastest counts, because noise only ever slows down. */
const rounds = 3
/** How often QEMU runs a program. */
const qemuRepeat = 10
const PT_LOAD = 1
const eventCycles = 10_000
const resultAddress = 0x800f_f000
const folder = fileURLToPath(new URL('interpreter', import.meta.url))

export const bench: Bench = { title: 'interpreter', run }

interface Measured {
  mips: number
  instructions: number
  result: number
}

async function run(): Promise<BenchRow[]> {
  const core = await naiveCore()
  const rows: BenchRow[] = []
  const toNaive: number[] = []
  const toQemu: number[] = []
  const withTrace: number[] = []
  for (const kernel of kernels) {
    const naive = await best(kernel, { core })
    const ours = await best(kernel)
    if (ours.result !== naive.result) throw new Error(`${kernel}: the two interpreters differ`)
    rows.push(ratioRow(kernel, ours.mips, naive.mips, 'naive'))
    toNaive.push(ours.mips / naive.mips)
    withTrace.push((await best(kernel, { trace: true })).mips / ours.mips)
    const qemu = qemuMips(kernel, ours.instructions)
    if (qemu) toQemu.push(ours.mips / qemu)
  }
  rows.push(mean('geometric mean', toNaive, 'naive'))
  if (toQemu.length > 0) rows.push(mean('geometric mean', toQemu, 'QEMU TCG'))
  rows.push(mean('tracing on', withTrace, 'tracing off'))
  return [...rows, ...(await hartRows()), await creation()]
}

function ratioRow(name: string, value: number, other: number, to: string): BenchRow {
  return { name, value, unit: 'MIPS', ratio: value / other, to }
}

function mean(name: string, ratios: number[], to: string): BenchRow {
  const value = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
  return { name, value, unit: '×', ratio: value, to }
}

async function best(kernel: string, options: BoardOptions = {}): Promise<Measured> {
  const runs: Measured[] = []
  for (let round = 0; round < rounds; round++) runs.push(await once(kernel, options))
  return runs.reduce((a, b) => (a.mips > b.mips ? a : b))
}

async function once(kernel: string, options: BoardOptions): Promise<Measured> {
  const board = await Board.with(readFileSync(`${folder}/${kernel}.elf`), options)
  const start = process.cpuUsage()
  let until = eventCycles
  while (board.run(until) === 'Limit') until += eventCycles
  const { user, system } = process.cpuUsage(start)
  let instructions = 0
  for (let hart = 0; hart < (options.harts ?? 1); hart++) {
    instructions += Number(board.core.retired(hart))
  }
  return {
    mips: instructions / (user + system),
    instructions,
    result: board.word(resultAddress),
  }
}

/** QEMU's speed on the same program, repeated so often that its start does not count; undefined where it is missing. */
function qemuMips(kernel: string, instructions: number): number | undefined {
  if (!hasProgram('qemu-system-riscv32')) return undefined
  return inFolder({ 'kernel.elf': repeated(kernel, qemuRepeat) }, (folder) => {
    const times = Array.from({ length: rounds }, () => qemuTime(folder))
    return (instructions * qemuRepeat) / Math.min(...times)
  })
}

/** The file with another number in its second word. */
function repeated(kernel: string, times: number): Uint8Array {
  const bytes = new Uint8Array(readFileSync(`${folder}/${kernel}.elf`))
  const view = new DataView(bytes.buffer)
  let header = view.getUint32(28, true)
  while (view.getUint32(header, true) !== PT_LOAD) header += 32
  view.setUint32(view.getUint32(header + 4, true) + 4, times, true)
  return bytes
}

/** Processor time of a run, in microseconds. */
function qemuTime(folder: string): number {
  const options = '-machine virt -cpu rv32 -display none -serial none -monitor none -bios none'
  const command = `qemu-system-riscv32 ${options} -kernel ${folder}/kernel.elf; times`
  const { stdout } = spawnSync('sh', ['-c', command], { timeout: 20_000, encoding: 'utf8' })
  // The second line of `times` is what children took: user and system, as 0m1.234s.
  const [user, system] = stdout.trim().split('\n')[1].split(' ').map(secondsOf)
  return (user + system) * 1e6
}

function secondsOf(text: string): number {
  const [minutes, seconds] = text.split('m')
  return Number(minutes) * 60 + Number.parseFloat(seconds)
}

/** All harts run the same program on their own stacks; they share its data, which does not matter to its speed. */
async function hartRows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  const one = (await best('fib')).mips
  for (const harts of [2, 4, 8]) {
    const { mips } = await best('fib', { harts })
    rows.push(ratioRow(`fib on ${harts} harts`, mips, one, 'one hart'))
  }
  return rows
}

/** Milliseconds from nothing to the first guest instruction. */
async function creation(): Promise<BenchRow> {
  const times: number[] = []
  const core = await WebAssembly.compile(readFileSync('assets/core.wasm'))
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    const board = await Board.with(readFileSync(`${folder}/empty.elf`), {
      core,
      ramBytes: 64 << 20,
    })
    board.run(1)
    times.push(performance.now() - began)
  }
  return { name: 'create, load and run one instruction', value: Math.min(...times), unit: 'ms' }
}
