/** Runs one script of the test suite: compiles its modules and carries out its commands on the emulated CPU. */
import type { BackendErrorCode } from '../../host/toolchain/backend/index.ts'
import { BackendError, TRAP } from '../../host/toolchain/backend/index.ts'
import type { Guest, Outcome } from '../backend/guest.ts'
import type { SpecAction, SpecCommand, SpecScript, SpecValue } from './script.ts'
import { matches, wordsOfBits, wordsOfType, wordsOfValue } from './script.ts'
import { spectestModule } from './spectest.ts'
import type { Extern, Instance, Linked } from './store.ts'
import { LinkError, STACK_TOP, Store } from './store.ts'

const CYCLES = 400_000_000
/** Room above the stack for arguments and results that have no register. */
const STACK_ROOM = 4096
const BREAKPOINT = 3

/** What the suite calls a trap, and the codes of the compiled code for it. */
const TRAP_CODES: Readonly<Record<string, readonly number[]>> = {
  unreachable: [TRAP.unreachable],
  'integer divide by zero': [TRAP.divisionByZero],
  'integer overflow': [TRAP.integerOverflow, TRAP.badConversion],
  'invalid conversion to integer': [TRAP.badConversion],
  'undefined element': [TRAP.badFunction],
  'uninitialized element': [TRAP.badFunction, TRAP.signatureMismatch],
  'indirect call type mismatch': [TRAP.signatureMismatch],
  'out of bounds memory access': [TRAP.outOfBounds],
  'out of bounds table access': [TRAP.outOfBounds],
}

type Result = 'passed' | 'skipped' | string

/** Stands for a module that needs what the compiler leaves out: what is asserted of it is skipped. */
const UNSUPPORTED = Symbol('unsupported')
type Loaded = Instance | typeof UNSUPPORTED | undefined

/** How the compiler refuses what is not a module. */
const REFUSALS: ReadonlySet<BackendErrorCode> = new Set(['malformed', 'unsupported', 'limit'])

/** Text of a module's refusal at linking where newer suites have a trap at its instantiation. */
const SEGMENT_FITS_NOT = /segment does not fit/

export class SpecFile {
  passed = 0
  failed = 0
  skipped = 0
  readonly messages: string[] = []
  private readonly guest: Guest
  private readonly readModule: (name: string) => Uint8Array
  private readonly store: Store
  private current: Loaded
  private readonly names = new Map<string, Loaded>()

  constructor(guest: Guest, readModule: (name: string) => Uint8Array) {
    this.guest = guest
    this.readModule = readModule
    this.store = new Store(guest)
    this.store.register('spectest', this.store.add(spectestModule(), true))
  }

  run(script: SpecScript): void {
    for (const command of script.commands) {
      const result = this.outcome(command)
      if (result === undefined) continue
      if (result === 'passed') this.passed++
      else if (result === 'skipped') this.skipped++
      else {
        this.failed++
        this.messages.push(`line ${command.line}: ${result}`)
      }
    }
  }

  /** Whatever a command runs into is its own failure. */
  private outcome(command: SpecCommand): Result | undefined {
    try {
      return this.command(command)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  private command(command: SpecCommand): Result | undefined {
    switch (command.type) {
      case 'module':
        return this.module(command)
      case 'register':
        return this.register(command)
      case 'action':
        return this.action(command, passedIfReturned)
      case 'assert_return':
        return this.action(command, (outcome) => checkReturn(command.expected ?? [], outcome))
      case 'assert_trap':
        if (command.action === undefined) return this.assertFault(command)
        return this.action(command, (outcome) => checkTrap(command.text ?? '', outcome))
      case 'assert_exhaustion':
        return this.action(command, checkExhaustion)
      case 'assert_uninstantiable':
        return this.assertFault(command)
      case 'assert_unlinkable':
        return this.assertUnlinkable(command)
      case 'assert_invalid':
      case 'assert_malformed':
        return this.assertRefused(command)
      default:
        return 'skipped'
    }
  }

  private module(command: SpecCommand): Result | undefined {
    this.current = undefined
    this.store.removeReplaceable()
    const loaded = this.load(command)
    if (typeof loaded === 'string') return loaded
    this.current = loaded
    if (command.name !== undefined) this.names.set(command.name, loaded)
    if (loaded !== UNSUPPORTED) return undefined
    this.messages.push(`line ${command.line}: skipped, because the module is not supported`)
    return 'skipped'
  }

  private load(command: SpecCommand): Instance | typeof UNSUPPORTED | string {
    try {
      return this.instantiate(command)
    } catch (error) {
      if (error instanceof BackendError && error.code === 'unsupported') return UNSUPPORTED
      throw error
    }
  }

  /** Loads a module and runs its start function; why that failed, or the instance. */
  private instantiate({ filename, name }: SpecCommand): Instance | string {
    const wasm = this.readModule(filename!)
    const instance = this.store.add(wasm, name !== undefined)
    const { fault, start } = instance.image
    if (fault !== undefined) return fault
    if (start === undefined) return instance
    const outcome = this.call(start, [])
    return outcome.kind === 'trap' ? 'the start function trapped' : instance
  }

  private register({ as, name }: SpecCommand): Result | undefined {
    const instance = this.loaded(name)
    if (instance === UNSUPPORTED) return 'skipped'
    if (instance === undefined) return 'no module to register'
    this.store.register(as!, instance)
    return undefined
  }

  private loaded(name: string | undefined): Loaded {
    return name === undefined ? this.current : this.names.get(name)
  }

  /** The module's segments do not fit, or its start function traps. What it had written stays. */
  private assertFault(command: SpecCommand): Result {
    const loaded = this.load(command)
    if (loaded === UNSUPPORTED) return 'skipped'
    return typeof loaded === 'string' ? 'passed' : 'expected a trap'
  }

  private assertUnlinkable({ filename, text = '' }: SpecCommand): Result {
    const refusal = refusalOf(() => this.store.link(this.readModule(filename!)))
    if (refusal instanceof LinkError) return 'passed'
    if (refusal instanceof BackendError) return refusal.message
    if (SEGMENT_FITS_NOT.test(text) && refusal.image.fault !== undefined) return 'passed'
    return `expected a refusal of its imports (${text})`
  }

  /** Text that is malformed never reached the compiler. */
  private assertRefused({ filename, module_type: type, text }: SpecCommand): Result {
    if (type === 'text') return 'skipped'
    const refusal = refusalOf(() => this.store.link(this.readModule(filename!)))
    if (refusal instanceof LinkError) return refusal.message
    return refusal instanceof BackendError ? 'passed' : `expected a refusal (${text})`
  }

  private action(command: SpecCommand, check: (outcome: Outcome) => Result): Result {
    const action = command.action!
    const instance = this.loaded(action.module)
    if (instance === UNSUPPORTED) return 'skipped'
    if (instance === undefined) return 'the module is missing'
    const found = instance.exports.get(action.field)
    if (action.type === 'get') return check(this.getGlobal(found, action))
    if (found?.kind !== 'function') return `no function ${action.field}`
    return check(this.call(found.address, (action.args ?? []).flatMap(wordsOfValue)))
  }

  private call(address: number, words: number[]): Outcome {
    return this.guest.call(address, words, CYCLES, STACK_TOP - STACK_ROOM)
  }

  private getGlobal(found: Extern | undefined, { field }: SpecAction): Outcome {
    if (found?.kind !== 'global') throw new Error(`no global ${field}`)
    const { value } = found
    if (typeof value === 'bigint') return { kind: 'returned', words: wordsOfBits(value) }
    return { kind: 'returned', words: [this.guest.word(value), this.guest.word(value + 4)] }
  }
}

/** The refusal of a module, or the module if there is none. */
function refusalOf(link: () => Linked): Linked | BackendError | LinkError {
  try {
    return link()
  } catch (error) {
    if (error instanceof BackendError && REFUSALS.has(error.code)) return error
    if (error instanceof LinkError) return error
    throw error
  }
}

const trapText = (outcome: Outcome): string =>
  outcome.kind === 'trap' ? `trap ${outcome.code} (cause ${outcome.cause})` : 'it returned'

const passedIfReturned = (outcome: Outcome): Result =>
  outcome.kind === 'returned' ? 'passed' : trapText(outcome)

function checkReturn(expected: readonly SpecValue[], outcome: Outcome): Result {
  if (outcome.kind === 'trap') return trapText(outcome)
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

function checkTrap(text: string, outcome: Outcome): Result {
  const known = Object.keys(TRAP_CODES).find((name) => text.startsWith(name))
  const isTrap = outcome.kind === 'trap' && outcome.cause === BREAKPOINT
  if (isTrap && (known === undefined || TRAP_CODES[known].includes(outcome.code))) return 'passed'
  return `expected a trap (${text}), got: ${trapText(outcome)}`
}

function checkExhaustion(outcome: Outcome): Result {
  const isExhausted = outcome.kind === 'trap' && outcome.code === TRAP.stackOverflow
  return isExhausted ? 'passed' : `expected the stack to overflow, got: ${trapText(outcome)}`
}
