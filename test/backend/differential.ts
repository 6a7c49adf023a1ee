/** Compares a wasm module's functions on the emulated CPU with the same module in the host's engine. */
import type { CodeChoice } from '../../host/toolchain/backend/index.ts'
import { linkImage } from '../../host/toolchain/backend/index.ts'
import type { Guest } from './guest.ts'
import type { TestModule, Type } from './wasm.ts'
import { encodeModule } from './wasm.ts'

export const BASE = 0x80000000
/** Where a linear memory begins; the image is below it. */
export const MEMORY_ORIGIN = 0x80400000
const MAXIMUM_PAGES = 16

export type Operand = number | bigint

/** A module loaded on both sides. */
export class Pair {
  private readonly guest: Guest
  private readonly module: TestModule
  private readonly exports: Record<string, (...operands: Operand[]) => unknown>
  private readonly addresses: Map<string, number>

  /** `wasm` is the module's bytes, where they are not just those of `module`. */
  constructor(
    guest: Guest,
    module: TestModule,
    code: CodeChoice = {},
    wasm: Uint8Array<ArrayBuffer> = encodeModule(module),
  ) {
    this.guest = guest
    this.module = module
    const image = linkImage({ wasm, base: BASE, entry: module.functions[0].name, code })
    this.addresses = new Map(image.symbols.map(({ name, address }) => [name, address]))
    guest.load(image)
    const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm))
    this.exports = instance.exports as typeof this.exports
  }

  /** Undefined if both sides agree, else what each gave. */
  difference(name: string, operands: readonly Operand[]): string | undefined {
    const { results } = this.module.functions.find((fn) => fn.name === name)!
    const expected = this.host(name, operands, results[0])
    const actual = this.emulated(name, operands, results[0])
    if (expected === actual) return undefined
    return `${name}(${operands.map(String).join(', ')}): ${expected} in the host, ${actual} emulated`
  }

  private host(name: string, operands: readonly Operand[], type: Type | undefined): string {
    try {
      return show(this.exports[name](...operands) as Operand | undefined, type)
    } catch {
      return 'trap'
    }
  }

  private emulated(name: string, operands: readonly Operand[], type: Type | undefined): string {
    const { parameters } = this.module.functions.find((fn) => fn.name === name)!
    const words = operands.flatMap((operand, i) => toWords(operand, parameters[i]))
    const outcome = this.guest.call(this.addresses.get(name)!, words)
    if (outcome.kind === 'trap') return outcome.cause === 3 ? 'trap' : `exception ${outcome.cause}`
    return show(fromWords(outcome.words[0], outcome.words[1], type), type)
  }
}

/** A linear memory, for modules whose addresses start at zero. */
export const linearMemory: CodeChoice = {
  memory: { kind: 'linear', origin: MEMORY_ORIGIN, maximumPages: MAXIMUM_PAGES },
}

const scratch = new DataView(new ArrayBuffer(8))

/** Argument words of an operand. */
export function toWords(operand: Operand, type: Type): number[] {
  switch (type) {
    case 'i32':
      return [Number(operand) | 0]
    case 'i64':
      scratch.setBigInt64(0, BigInt(operand), true)
      return [scratch.getInt32(0, true), scratch.getInt32(4, true)]
    case 'f32':
      scratch.setFloat32(0, Number(operand), true)
      return [scratch.getInt32(0, true)]
    case 'f64':
      scratch.setFloat64(0, Number(operand), true)
      return [scratch.getInt32(0, true), scratch.getInt32(4, true)]
  }
}

function fromWords(low: number, high: number, type: Type | undefined): Operand | undefined {
  scratch.setInt32(0, low, true)
  scratch.setInt32(4, high, true)
  switch (type) {
    case undefined:
      return undefined
    case 'i32':
      return low
    case 'i64':
      return scratch.getBigInt64(0, true)
    case 'f32':
      return scratch.getFloat32(0, true)
    case 'f64':
      return scratch.getFloat64(0, true)
  }
}

/** Text that tells apart everything but the payloads of NaNs. */
function show(value: Operand | undefined, type: Type | undefined): string {
  if (value === undefined || type === undefined) return 'nothing'
  return Object.is(value, -0) ? '-0' : String(value)
}
