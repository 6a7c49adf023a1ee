/**
 * The machine: an emulated computer with its network, as one object. It joins the core, which knows cycles and hardware, to the
 * timeline, on which everything outside of the machine happens.
 *
 * A run depends on the configuration, the loaded images and the inputs alone. Inputs are handed to the core only when it stands at their
 * cycle, so that it does not matter who schedules them, or when.
 */

import { counters } from '../../assembly/tables/counters.table.ts'
import { assetBytes, kernelUrl } from '../assets.ts'
import type { AssetSource } from '../assets.ts'
import { Network } from '../net/network.ts'
import type { NetworkHost } from '../net/network.ts'
import type { Image } from '../toolchain/elf/image.ts'
import { readImage } from '../toolchain/elf/reader.ts'
import { breathe } from './breathe.ts'
import type { CallValue } from './calls.ts'
import { Calls } from './calls.ts'
import { Console } from './console.ts'
import type { CoreExports, CoreStop } from './core.ts'
import { loadCore, stopName } from './core.ts'
import type { Coroutine } from './coroutines.ts'
import { liveCoroutines } from './coroutines.ts'
import type { GoalState, RunOptions } from './goal.ts'
import { Goal } from './goal.ts'
import type { Input } from './input.ts'
import { applyInput } from './input.ts'
import { Keyboard } from './keyboard.ts'
import { Memory } from './memory.ts'
import type { Configuration, MachineOptions } from './options.ts'
import { configurationOf, timingProfiles } from './options.ts'
import { parameterEntries } from './parameters.ts'
import type { Program } from './program.ts'
import { coroutineTables, imageHash, needsKernel, programOf } from './program.ts'
import type { Fault, RunReport, StopReason } from './report.ts'
import { describeFault, faultExitCodes } from './report.ts'
import type { Cycle } from './time.ts'
import { Timeline } from './timeline.ts'
import type { Trace } from './traceLog.ts'
import { TraceLog } from './traceLog.ts'

/** The program counter and the registers x0 to x31 of a hart. */
export interface HartRegisters {
  pc: number
  x: number[]
}

/** Later than any cycle. */
const endOfTime = (1n << 63n) - 1n
const a0 = 10
/** The event loop gets a turn at least this often, counted in stops of the core. */
const stopsPerBreath = 512

export class Machine implements NetworkHost, GoalState {
  readonly configuration: Configuration
  readonly network: Network
  readonly console: Console
  readonly memory: Memory
  readonly timeline = new Timeline()

  readonly #core: CoreExports
  readonly #kernel: AssetSource
  readonly #trace: TraceLog
  readonly #calls = new Calls()
  readonly #keyboard: Keyboard
  readonly #inputListeners: ((input: Input) => void)[] = []
  #images: Image[] = []
  #ended: RunReport | undefined
  #atLimit = true
  #breathe = false
  #running = false

  /** Make a machine. Throws a RangeError for an option out of its limits, an AssetError when the core is missing. */
  static async create(options: MachineOptions = {}): Promise<Machine> {
    const configuration = configurationOf(options)
    return new Machine(await loadCore(options.wasm), configuration, options)
  }

  private constructor(core: CoreExports, configuration: Configuration, options: MachineOptions) {
    const { harts, ramBytes, clockHz, seed, timing, parameters } = configuration
    const profile = timingProfiles.indexOf(timing)
    const error = core.create(harts, ramBytes, BigInt(clockHz), BigInt(seed), profile, 0)
    if (error !== 0) throw new RangeError(`the core refuses this configuration (error ${error})`)
    parameterEntries(parameters).forEach(({ hash, value }, i) => core.setParameter(i, hash, value))
    core.setTrace(options.trace === true ? 1 : 0)

    this.configuration = configuration
    this.#core = core
    this.#kernel = options.kernel ?? kernelUrl
    this.#trace = new TraceLog(core)
    this.#keyboard = new Keyboard((byte) => core.consoleInput(byte) !== 0)
    this.memory = new Memory(core)
    this.network = new Network(this, options.link ?? {})
    this.console = new Console(
      (bytes, cycle) => this.input({ kind: 'console', bytes, cycle }),
      () => this.timeline.now,
    )
  }

  get clockHz(): number {
    return this.configuration.clockHz
  }

  get seed(): number {
    return this.configuration.seed
  }

  /** Emulated cycles since reset. */
  get cycles(): Cycle {
    return Number(this.#core.now())
  }

  /** Instructions retired by all harts. */
  get instructions(): number {
    let sum = 0n
    for (let hart = 0; hart < this.configuration.harts; hart++) sum += this.#core.retired(hart)
    return Number(sum)
  }

  get consoleText(): string {
    return this.console.text
  }

  /** Images in memory, the program's last. */
  get images(): readonly Image[] {
    return this.#images
  }

  /**
   * Load a program. One for the executive gets the kernel beside it; any other RV32 program has the machine to itself and starts at its
   * entry in M mode, with the hart's number in a0. Throws an ElfError or a MemoryError.
   */
  async load(source: Uint8Array | Image | Program): Promise<void> {
    const program = programOf(source)
    const images = [program.image]
    if (needsKernel(program.image)) images.unshift(readImage(await assetBytes(this.#kernel)))
    for (const image of images) this.memory.load(image)
    this.#images = images
    this.#calls.spawns = program.spawns
    this.#core.setToHost(this.symbol('tohost') ?? 0)
    for (let hart = 0; hart < this.configuration.harts; hart++) {
      this.#core.setProgramCounter(hart, images[0].entry)
      this.#core.setRegister(hart, a0, hart)
    }
  }

  /** Address of a symbol of the program, or undefined. */
  symbol(name: string): number | undefined {
    return this.#images.at(-1)?.symbols.find((symbol) => symbol.name === name)?.address
  }

  /** SHA-256 over the loaded images. */
  imageHash(): Promise<string> {
    return imageHash(this.#images)
  }

  /**
   * Run until the goal is reached or the guest has ended. Without a goal the machine runs until it exits, faults, or sleeps with nothing
   * left to wake it. Throws a RangeError for a goal that cannot be understood.
   */
  async run(options: RunOptions = {}): Promise<RunReport> {
    if (this.#running) throw new Error('the machine is running already')
    const goal = new Goal(options, this)
    this.#running = true
    try {
      return await this.#runTo(goal, options)
    } finally {
      this.#running = false
    }
  }

  async #runTo(goal: Goal, options: RunOptions): Promise<RunReport> {
    for (let stops = 1; ; stops++) {
      if (this.#ended !== undefined) return this.#ended
      const reason = options.signal?.aborted === true ? 'aborted' : goal.reached(this)
      if (reason !== undefined) return this.#comeToRest(reason)
      const limit = goal.limit(this)
      const stop = this.#advance(Math.min(limit, this.timeline.next, this.#keyboard.next))
      const end = this.#handle(stop, limit)
      if (end !== undefined) return end
      if (this.#breathe || stop === 'Slice' || stops % stopsPerBreath === 0) {
        this.#breathe = false
        options.onProgress?.(this.cycles)
        await breathe()
      }
    }
  }

  /** Let the core run, and take what it has written. */
  #advance(cycle: Cycle): CoreStop {
    const stop = stopName(this.#core.run(cycle === Infinity ? endOfTime : BigInt(cycle)))
    const { buffer } = this.#core.memory
    const count = this.#core.consoleCount()
    this.console.written(new Uint8Array(buffer, this.#core.consolePointer() >>> 0, count).slice())
    this.#core.consoleClear()
    if (stop === 'TraceFull') this.#trace.collect()
    this.#atLimit = stop === 'Limit'
    this.timeline.advance(this.#atLimit ? this.cycles : this.#behindStop())
    return stop
  }

  /**
   * The first cycle at which something may enter after a stop that was not asked for. The instruction that caused it, and other harts,
   * have gone on a little; what entered earlier would not find the same state in a run that has no reason to stop here.
   */
  #behindStop(): Cycle {
    let latest = this.#core.now()
    for (let hart = 0; hart < this.configuration.harts; hart++) {
      const time = this.#core.hartTime(hart)
      if (time > latest) latest = time
    }
    return Number(latest) + 1
  }

  /** End a run at a cycle of the timeline, as any other run can, and not in the middle of an instruction. */
  #comeToRest(reason: StopReason): RunReport {
    while (!this.#atLimit) {
      const { now } = this.timeline
      const stop = this.#advance(now)
      if (stop === 'Idle') break
      const end = this.#handle(stop, now)
      if (end !== undefined) return end
    }
    return this.#report(reason)
  }

  /** What a stop of the core means. The report, when the run is over. */
  #handle(stop: CoreStop, limit: Cycle): RunReport | undefined {
    switch (stop) {
      case 'Limit':
        this.#happen(this.cycles)
        this.#keyboard.advance(this.cycles)
        return undefined
      case 'Idle':
        if (this.timeline.next === Infinity) return this.#report('idle')
        if (this.timeline.next > limit) return this.#sleptTo(limit)
        this.#happen(this.timeline.next)
        return undefined
      case 'FrameOut':
        this.network.transmitted(this.#frameOutput(), this.cycles)
        return undefined
      case 'Reply':
        this.#calls.replied(this.#core)
        this.#breathe = true
        return undefined
      case 'Exit':
        return this.#end(this.#core.stopCode())
      case 'Fault':
        return this.#finish('fault', { fault: this.#fault() })
      case 'Reset':
        return this.#finish('reset', {})
      default:
        return undefined
    }
  }

  /** Let everything happen that is due at `cycle`. */
  #happen(cycle: Cycle): void {
    while (this.timeline.step(cycle) && !this.#breathe);
  }

  /** The harts sleep past `limit`: the present is there, although no cycle of the core says so. */
  #sleptTo(limit: Cycle): RunReport {
    this.timeline.advance(limit)
    return this.#report('limit')
  }

  #frameOutput(): Uint8Array {
    const pointer = this.#core.frameOutput() >>> 0
    const bytes = this.#core.frameOutputBytes()
    return new Uint8Array(this.#core.memory.buffer, pointer, bytes).slice()
  }

  #end(exitCode: number): RunReport {
    if (faultExitCodes[exitCode] === undefined) return this.#finish('exit', { exitCode })
    const [cause, pc, value] = [0, 1, 2].map((index) => this.#core.mailboxFault(index) >>> 0)
    const fault = describeFault({ cause, pc, value }, this.#images)
    fault.message = `${faultExitCodes[exitCode]}: ${fault.message}`
    return this.#finish('fault', { exitCode, fault })
  }

  #fault(): Fault {
    const core = this.#core
    const cause = core.stopCode() >>> 0
    const pc = core.stopAddress() >>> 0
    return describeFault({ cause, pc, value: core.stopValue() >>> 0 }, this.#images)
  }

  #finish(stopReason: StopReason, details: Partial<RunReport>): RunReport {
    this.#ended = { ...this.#report(stopReason), ...details }
    this.#calls.abandon(`the run ended (${stopReason})`)
    return this.#ended
  }

  #report(stopReason: StopReason): RunReport {
    const { cycles, instructions } = this
    return { stopReason, cycles, instructions, events: Number(this.#core.events()) }
  }

  /**
   * Call an exported async function of the program. The message takes the same road as any other input: interrupt, DPC, port,
   * continuation. The promise settles while the machine runs. Throws a RangeError for a wrong name or argument.
   */
  spawn<T extends CallValue>(name: string, ...values: CallValue[]): Promise<T> {
    const { message, result } = this.#calls.begin(name, values)
    this.input({ kind: 'call', cycle: this.timeline.now, ...message })
    return result as Promise<T>
  }

  /** Let something enter the machine at its cycle, or now when that has passed. */
  input(input: Input): void {
    const { cycle } = this.timeline.add(input.cycle, () => {
      const entering = { ...input, cycle }
      for (const listener of this.#inputListeners) listener(entering)
      if (input.kind === 'frame') {
        this.network.seen({ direction: 'toGuest', cycle, bytes: input.bytes })
      }
      if (entering.kind === 'console') this.#keyboard.type(entering.bytes, cycle)
      else applyInput(this.#core, entering)
    })
  }

  /** See every input as it enters the machine. */
  onInput(listener: (input: Input) => void): void {
    this.#inputListeners.push(listener)
  }

  deliver(bytes: Uint8Array, cycle: Cycle): void {
    this.input({ kind: 'frame', cycle, bytes })
  }

  settled(): void {
    this.#breathe = true
  }

  /** The coroutines that live now: where each is suspended, and the values it keeps. Disturbs nothing. */
  coroutines(): Coroutine[] {
    const image = this.#images.at(-1)
    return image === undefined ? [] : liveCoroutines(image, coroutineTables(image), this.memory)
  }

  /** Whether the guest has ended the run for good. */
  get ended(): boolean {
    return this.#ended !== undefined
  }

  /** Event counters of the machine by name. */
  counters(): Record<string, number> {
    const pointer = this.#core.counterPointer() >>> 0
    const values = new BigUint64Array(this.#core.memory.buffer, pointer, counters.length)
    return Object.fromEntries(counters.map(({ name }, i) => [name, Number(values[i])]))
  }

  /** Trace records since the last call; none unless the machine was made with `trace`. */
  trace(): Trace {
    return this.#trace.take()
  }

  /** Hash of the whole architectural state: 16 hexadecimal digits. */
  stateHash(): string {
    return BigInt.asUintN(64, this.#core.stateHash()).toString(16).padStart(16, '0')
  }

  registers(hart = 0): HartRegisters {
    const x = Array.from({ length: 32 }, (_, i) => this.#core.register(hart, i) >>> 0)
    return { pc: this.#core.programCounter(hart) >>> 0, x }
  }

  /** `count` words of memory at an address that is a multiple of four. */
  peek(address: number, count = 1): number[] {
    return this.memory.words(address, count)
  }

  /** Change words of memory. */
  poke(address: number, words: readonly number[]): void {
    this.memory.poke(address, words)
    this.#core.ramChanged()
  }
}
