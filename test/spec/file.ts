/** Runs one script of the test suite: compiles its modules and carries out its commands. */
import { assemble } from '../../host/toolchain/asm/index.ts'
import type { LinkedImage } from '../../host/toolchain/backend/index.ts'
import { BackendError, linkImage } from '../../host/toolchain/backend/index.ts'
import type { WasmModule } from '../../host/toolchain/backend/wasm/module.ts'
import { parseModule } from '../../host/toolchain/backend/wasm/parse.ts'
import type { Guest, Outcome } from '../backend/guest.ts'
import type { SpecAction, SpecCommand, SpecScript, SpecValue } from './script.ts'
import { matches, wordsOfType, wordsOfValue } from './script.ts'

/** The stack lies below the image, so that overflow leaves RAM and faults. */
const BASE = 0x80200000
const STACK_TOP = 0x80200000
const MEMORY_ORIGIN = 0x80800000
const MAXIMUM_PAGES = 700
const CYCLES = 200_000_000

/** The suite's module of printing functions and constants. */
const SPECTEST_OBJECT = '.text\n.globl spectest_print\nspectest_print:\n  ret\n'
const SPECTEST_GLOBALS: Readonly<Record<string, bigint>> = {
  global_i32: 666n,
  global_i64: 666n,
  global_f32: 0x44268000n,
  global_f64: 0x4084d00000000000n,
}

interface Loaded {
  module: WasmModule
  image: LinkedImage
}

type Result = 'passed' | 'skipped' | string

export class SpecFile {
  passed = 0
  failed = 0
  skipped = 0
  readonly messages: string[] = []
  private readonly guest: Guest
  private readonly readModule: (name: string) => Uint8Array
  private current: Loaded | undefined
  private readonly names = new Map<string, Loaded>()
  /** Whether the current module could not be compiled: its assertions are skipped. */
  private missing = false

  constructor(guest: Guest, readModule: (name: string) => Uint8Array) {
    this.guest = guest
    this.readModule = readModule
  }

  run(script: SpecScript): void {
    for (const command of script.commands) {
      const result = this.command(command)
      if (result === undefined) continue
      if (result === 'passed') this.passed++
      else if (result === 'skipped') this.skipped++
      else {
        this.failed++
        this.messages.push(`line ${command.line}: ${result}`)
      }
    }
  }

  private command(command: SpecCommand): Result | undefined {
    switch (command.type) {
      case 'module':
        return this.load(command)
      case 'register':
        return undefined
      case 'action':
        return this.action(command, () => 'passed')
      case 'assert_return':
        return this.action(command, (outcome) => this.checkReturn(command.expected ?? [], outcome))
      case 'assert_trap':
      case 'assert_exhaustion':
        return this.action(command, (outcome) =>
          outcome.kind === 'trap' ? 'passed' : `expected a trap (${command.text})`,
        )
      default:
        return 'skipped'
    }
  }

  private load({ filename, name }: SpecCommand): Result | undefined {
    this.current = undefined
    this.missing = false
    try {
      const wasm = this.readModule(filename!)
      const module = parseModule(wasm)
      const image = link(wasm, module)
      this.guest.load(image)
      this.current = { module, image }
      if (name !== undefined) this.names.set(name, this.current)
      return this.start(this.current)
    } catch (error) {
      if (!(error instanceof BackendError)) throw error
      this.missing = true
      const expected = error.code === 'unknown-import' || error.code === 'unsupported'
      return expected ? 'skipped' : error.message
    }
  }

  private start({ module, image }: Loaded): Result | undefined {
    if (module.start === undefined) return undefined
    const outcome = this.call(image, '__wasm_start', [])
    return outcome.kind === 'trap' ? 'the start function trapped' : undefined
  }

  private action(command: SpecCommand, check: (outcome: Outcome) => Result): Result {
    const action = command.action!
    const loaded = action.module === undefined ? this.current : this.names.get(action.module)
    if (this.missing || loaded === undefined || loaded !== this.current) return 'skipped'
    if (action.type === 'get') return this.getGlobal(loaded, action, command.expected ?? [])
    const args = action.args ?? []
    if (args.some(({ type }) => type.endsWith('ref'))) return 'skipped'
    const exported = loaded.module.exports.find(
      ({ kind, name }) => kind === 'function' && name === action.field,
    )
    if (exported === undefined) return 'skipped'
    return check(this.call(loaded.image, action.field, args.flatMap(wordsOfValue)))
  }

  private call(image: LinkedImage, name: string, words: number[]): Outcome {
    const symbol = image.symbols.find((item) => item.name === name)
    if (symbol === undefined) throw new Error(`no symbol ${name}`)
    return this.guest.call(symbol.address, words, CYCLES, STACK_TOP - 4096)
  }

  private checkReturn(expected: readonly SpecValue[], outcome: Outcome): Result {
    if (outcome.kind === 'trap') return `trap ${outcome.code} (cause ${outcome.cause})`
    let next = 0
    for (const value of expected) {
      const count = wordsOfType(value.type)
      const words = outcome.words.slice(next, next + count)
      next += count
      if (!matches(value, words)) {
        return `expected ${value.type} ${value.value}, got words ${words.map((word) => word >>> 0).join(' ')}`
      }
    }
    return 'passed'
  }

  private getGlobal(loaded: Loaded, action: SpecAction, expected: readonly SpecValue[]): Result {
    const exported = loaded.module.exports.find(
      ({ kind, name }) => kind === 'global' && name === action.field,
    )
    const symbol = loaded.image.symbols.find(({ name }) => name === action.field)
    if (exported === undefined || expected[0] === undefined) return 'skipped'
    const global = loaded.module.globals[exported.index]
    if (symbol === undefined) {
      if (global.initial.kind !== 'value') return 'skipped'
      const bits = global.initial.bits.toString()
      return BigInt.asUintN(64, BigInt(expected[0].value ?? '0')) === BigInt(bits)
        ? 'passed'
        : `global is ${bits}`
    }
    const words = [this.guest.word(symbol.address), this.guest.word(symbol.address + 4)]
    return matches(expected[0], words.slice(0, wordsOfType(expected[0].type)))
      ? 'passed'
      : 'the global has another value'
  }
}

function link(wasm: Uint8Array, module: WasmModule): LinkedImage {
  const first = module.exports.find(({ kind }) => kind === 'function')
  return linkImage({
    wasm,
    base: BASE,
    objects: [assemble(SPECTEST_OBJECT, { fileName: 'spectest.s' })],
    entry: first === undefined ? 'spectest_print' : first.name,
    code: {
      memory: { kind: 'linear', origin: MEMORY_ORIGIN, maximumPages: MAXIMUM_PAGES },
      checks: { division: true, signature: true, bounds: true },
    },
    imports: {
      function: (from, name) =>
        from === 'spectest' && name.startsWith('print') ? 'spectest_print' : undefined,
      global: (from, name) => (from === 'spectest' ? SPECTEST_GLOBALS[name] : undefined),
    },
  })
}
