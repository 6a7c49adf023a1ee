/**
 * A bare core for tests: load a program, run it, look at registers and memory. `mtime` counts cycles (the clock is 10 MHz), so that a
 * test can raise the timer interrupt at any cycle it likes.
 */
import { readFileSync } from 'node:fs'
import { counters } from '../../assembly/tables/counters.table.ts'
import { csrs } from '../../assembly/tables/csrs.table.ts'
import { timingProfiles } from '../../assembly/tables/timing.table.ts'
import { assembleImage } from '../../host/toolchain/asm/index.ts'
import { readImage } from '../../host/toolchain/elf/reader.ts'
import type { Image } from '../../host/toolchain/elf/image.ts'
import { loadCore, stopName } from '../../host/machine/core.ts'
import type { CoreExports, CoreStop } from '../../host/machine/core.ts'

const ramStart = 0x8000_0000
const compiled = WebAssembly.compile(
  readFileSync(new URL('../../assets/core.wasm', import.meta.url)),
)

/** Exports that only tests and the debugger use. */
export interface Core extends CoreExports {
  mode(hart: number): number
  hartState(hart: number): number
  hartTime(hart: number): bigint
  setToHost(address: number): void
  ramChanged(): void
  setBreakpoint(address: number): number
  clearBreakpoint(address: number): number
  diskReserve(bytes: number): number
  diskInsert(readOnly: number): void
}

export interface BoardOptions {
  harts?: number
  ramBytes?: number
  profile?: string
  /** Misaligned accesses trap instead of being performed. */
  trapMisaligned?: boolean
  /** Cycles by which harts may run ahead of each other. */
  slice?: number
  compressed?: boolean
  trace?: boolean
  /** Another core than assets/core.wasm. */
  core?: WebAssembly.Module
}

const assembled = new Map<string, Image>()

function imageOf(program: string, compressed: boolean): Image {
  const key = `${compressed} ${program}`
  const image = assembled.get(key) ?? assembleImage(program, { base: ramStart, compressed })
  assembled.set(key, image)
  return image
}

export class Board {
  readonly core: Core
  readonly symbols: Map<string, number>

  private constructor(core: Core, image: Image) {
    this.core = core
    this.symbols = new Map(image.symbols.map(({ name, address }) => [name, address]))
  }

  /** A board with a program in RAM and all harts at its entry, a0 the hart's number. */
  static async with(program: string | Uint8Array, options: BoardOptions = {}): Promise<Board> {
    const { harts = 1, ramBytes = 1 << 20, profile = 'ibex-small' } = options
    const core = (await loadCore(options.core ?? (await compiled))) as Core
    const flags = (options.trapMisaligned ? 1 : 0) | ((options.slice ?? 0) << 16)
    const number = timingProfiles.findIndex(({ name }) => name === profile)
    const error = core.create(harts, ramBytes, 10_000_000n, 1n, number, flags)
    if (error !== 0) throw new Error(`create failed: ${error}`)
    const image =
      typeof program === 'string'
        ? imageOf(program, options.compressed ?? false)
        : readImage(program)
    const board = new Board(core, image)
    for (const { address, bytes } of image.segments) board.bytes(address, bytes.length).set(bytes)
    if (options.trace) core.setTrace(1)
    for (let hart = 0; hart < harts; hart++) {
      core.setProgramCounter(hart, image.entry)
      core.setRegister(hart, 10, hart)
    }
    return board
  }

  /** Run until a reason other than Slice, at latest until a cycle. */
  run(until = 10_000_000): CoreStop {
    for (;;) {
      const stop = stopName(this.core.run(BigInt(until)))
      if (stop !== 'Slice') return stop
    }
  }

  /** A stretch of guest RAM. */
  bytes(address: number, length: number): Uint8Array {
    const pointer = (this.core.ramPointer() >>> 0) + (address - ramStart)
    return new Uint8Array(this.core.memory.buffer, pointer, length)
  }

  word(place: number | string, index = 0): number {
    const address = (typeof place === 'string' ? this.address(place) : place) + 4 * index
    const bytes = this.bytes(address, 4)
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
  }

  words(place: number | string, count: number): number[] {
    return Array.from({ length: count }, (_, index) => this.word(place, index))
  }

  address(symbol: string): number {
    const address = this.symbols.get(symbol)
    if (address === undefined) throw new Error(`no symbol ${symbol}`)
    return address
  }

  /** Register x`index` of a hart, unsigned. */
  x(index: number, hart = 0): number {
    return this.core.register(hart, index) >>> 0
  }

  csr(name: string, hart = 0): number {
    const row = csrs.find((csr) => csr.name === name)
    if (!row) throw new Error(`no CSR ${name}`)
    return this.core.csr(hart, row.number) >>> 0
  }

  counter(name: string): number {
    const index = counters.findIndex((counter) => counter.name === name)
    const view = new DataView(this.core.memory.buffer, this.core.counterPointer() + 8 * index)
    return Number(view.getBigUint64(0, true))
  }

  /** Take what the guest has written to the UART. */
  console(): Uint8Array {
    const { core } = this
    const pointer = core.consolePointer() >>> 0
    const bytes = new Uint8Array(core.memory.buffer, pointer, core.consoleCount()).slice()
    core.consoleClear()
    return bytes
  }

  get hash(): bigint {
    return BigInt.asUintN(64, this.core.stateHash())
  }

  get cycle(): number {
    return Number(this.core.hartTime(0))
  }

  get retired(): number {
    return Number(this.core.retired(0))
  }
}

/** Assembly that ends a run: PASS to the finisher. Uses t5 and t6. */
export const finish = `
  li t5, 0x100000
  li t6, 0x5555
  sw t6, 0(t5)
1: j 1b
`
