/**
 * The machine: an emulated computer with its network, as one object. It joins the core, which knows cycles and hardware, to the
 * timeline, on which everything outside of the machine happens.
 *
 * A run depends on the configuration, the loaded images and the inputs alone. Inputs are handed to the core only when it stands at their
 * cycle, so that it does not matter who schedules them, or when.
 */

import type { AssetSource } from '../assets.ts'
import { kernelUrl } from '../assets.ts'
import type { NetworkHost } from '../net/network.ts'
import { Network } from '../net/network.ts'
import type { Image } from '../toolchain/elf/image.ts'
import { placeDeviceTree } from './boot.ts'
import type { CallValue } from './calls.ts'
import { Calls } from './calls.ts'
import { Console } from './console.ts'
import type { CoreExports } from './core.ts'
import { loadCore } from './core.ts'
import { Disk } from './disk.ts'
import type { RunOptions } from './goal.ts'
import type { HistoryOptions, HistorySize, LiveParts } from './history/history.ts'
import { step, Travel } from './history/travel.ts'
import type { Change, Input } from './input.ts'
import { Inputs } from './inputs.ts'
import { Keyboard } from './keyboard.ts'
import { ObservedMachine } from './observed.ts'
import type { Configuration, MachineOptions } from './options.ts'
import { configurationOf, timingProfiles } from './options.ts'
import { parameterEntries } from './parameters.ts'
import type { Program } from './program.ts'
import { imageHash, imagesOf, isForExecutive, programOf, startsMachine } from './program.ts'
import type { RunReport } from './report.ts'
import type { Marks } from './runner.ts'
import { Runner } from './runner.ts'
import { SnapshotError } from './sections.ts'
import { exceptionsOf, packSnapshot, spreadSnapshot } from './snapshot.ts'
import type { Base, Snapshot, SnapshotHeader } from './snapshotFormat.ts'
import { diskTag } from './snapshotFormat.ts'
import { checkedConfiguration, readSnapshot } from './snapshotReader.ts'
import type { Cycle } from './time.ts'
import { Timeline } from './timeline.ts'

/** What a restored machine gets besides its snapshot. */
export interface RestoreOptions extends Pick<MachineOptions, 'link' | 'trace' | 'wasm' | 'kernel'> {
  /** The program in the snapshot, for names of functions and lines, and for calls. */
  program?: Uint8Array | Image | Program
  /** The snapshots a delta goes back to: its base, and the base of that if it is a delta too. */
  bases?: readonly Base[]
}

/** Registers in which programs find the hart's number and the address of the devicetree. */
const a0 = 10
const a1 = 11

export class Machine extends ObservedMachine implements NetworkHost {
  readonly network: Network
  readonly console: Console
  readonly timeline = new Timeline()

  readonly #kernel: AssetSource
  readonly #calls = new Calls()
  readonly #keyboard: Keyboard
  readonly #runner: Runner
  readonly #inputs: Inputs
  #images: readonly Image[] = []
  #disk: Disk | undefined
  /** The hash of what was loaded, of a machine that goes on from a snapshot. */
  #restoredImage: string | undefined
  #toHost = 0
  #travel: Travel | undefined

  /** Make a machine. Throws a RangeError for an option out of its limits, an AssetError when the core is missing. */
  static async create(options: MachineOptions = {}): Promise<Machine> {
    const configuration = configurationOf(options)
    const core = await loadCore(options.wasm)
    configure(core, configuration, options.trace === true)
    return new Machine(core, configuration, options)
  }

  private constructor(core: CoreExports, configuration: Configuration, options: MachineOptions) {
    super(core, configuration, options.trace === true)
    const { harts } = configuration
    const { timeline } = this
    const keyboard = new Keyboard((byte) => core.consoleInput(byte) !== 0)
    this.#kernel = options.kernel ?? kernelUrl
    this.#keyboard = keyboard
    this.network = new Network(this, options.link ?? {})
    this.console = new Console(
      (bytes, cycle) => this.input({ kind: 'console', bytes, cycle }),
      () => timeline.now,
    )
    const { network, console } = this
    const [calls, trace] = [this.#calls, this.traceLog]
    this.#runner = new Runner({ core, harts, timeline, network, console, keyboard, calls, trace })
    this.#inputs = new Inputs({ core, harts, timeline, network, keyboard, runner: this.#runner })
    this.#inputs.listen((input) => this.#travel?.add(input))
    if (options.history !== undefined && options.history !== false) {
      this.keepHistory(options.history === true ? {} : options.history)
    }
  }

  /** Emulated cycles since reset. */
  get cycles(): Cycle {
    return this.#runner.cycles
  }

  /** Instructions retired by all harts. */
  get instructions(): number {
    return this.#runner.instructions
  }

  get consoleText(): string {
    return this.console.text
  }

  /** Images in memory: the kernel's, if it is not in the program's, and those of the programs, the first one last. */
  get images(): readonly Image[] {
    return this.#images
  }

  /** Whether the guest has ended the run for good. */
  get ended(): boolean {
    return this.#runner.ended && !this.inPast
  }

  /**
   * Load a program. One for the executive gets the kernel beside it; any other RV32 program has the machine to itself and starts at its
   * entry in M mode, with the hart's number in a0 and the devicetree's address in a1. Programs for the executive may have neighbours,
   * linked for the addresses of `programBases`; names and calls are those of the first. Throws an ElfError, a MemoryError, or a RangeError
   * for programs that cannot be neighbours.
   */
  async load(
    source: Uint8Array | Image | Program,
    neighbours: readonly (Uint8Array | Image | Program)[] = [],
  ): Promise<void> {
    const program = programOf(source)
    const images = await this.#know(program, neighbours.map(programOf))
    for (const image of images) this.memory.load(image)
    const { entry } = images.find(startsMachine) ?? program.image
    const tree = isForExecutive(program.image)
      ? 0
      : placeDeviceTree(this.memory, this.configuration, program.image)
    this.#watchToHost(this.symbol('tohost') ?? 0)
    for (let hart = 0; hart < this.configuration.harts; hart++) {
      this.core.setProgramCounter(hart, entry)
      this.core.setRegister(hart, a0, hart)
      this.core.setRegister(hart, a1, tree)
    }
  }

  /** Learn the names of a program, and find out what has to be in memory for it. */
  async #know(program: Program, neighbours: Program[] = []): Promise<Image[]> {
    const images = await imagesOf(program, neighbours, this.#kernel)
    this.#images = images
    this.#runner.images = images
    this.#calls.spawns = program.spawns
    return images
  }

  #watchToHost(address: number): void {
    this.#toHost = address
    this.core.setToHost(address)
  }

  /** Put a disk into the block device, before the run. Throws a RangeError for an image the device cannot hold. */
  insertDisk(image: Uint8Array, options: { readOnly?: boolean } = {}): void {
    this.#disk = new Disk(this.core, image, options.readOnly === true)
  }

  /** Address of a symbol of the program, or undefined. */
  symbol(name: string): number | undefined {
    return this.#images.at(-1)?.symbols.find((symbol) => symbol.name === name)?.address
  }

  /** SHA-256 over the loaded images and the disk. */
  async imageHash(): Promise<string> {
    return this.#restoredImage ?? imageHash(this.#images, this.#disk?.image)
  }

  /**
   * Run until the goal is reached or the guest has ended. Without a goal the machine runs until it exits, faults, or sleeps with nothing
   * left to wake it. Throws a RangeError for a goal that cannot be understood.
   */
  run(options: RunOptions = {}): Promise<RunReport> {
    return this.#travel?.run(options) ?? this.#runner.run(options, this.clockHz)
  }

  /**
   * Do steps of a hart: instructions that are retired or that trap. A breakpoint where the hart stands does not hold it. Runs end earlier
   * as `run` does. Throws a RangeError for a hart that the machine does not have.
   */
  step(count = 1, options: RunOptions & { hart?: number } = {}): Promise<RunReport> {
    return step(this.core, this.configuration.harts, count, options, (rest) => this.run(rest))
  }

  /**
   * From now on, keep what is needed to go back to here: key snapshots in the memory of the host, and the inputs. To be called between two
   * runs. Throws a RangeError for a budget that is too small.
   */
  keepHistory(options: HistoryOptions = {}): void {
    this.#mustRest()
    if (this.#travel?.isPast === true) throw new Error('the machine stands in its past')
    const travel = new Travel(this.#liveParts(), options)
    this.#travel?.close()
    this.#travel = travel
  }

  #liveParts(): LiveParts {
    return {
      core: this.core,
      harts: this.configuration.harts,
      clockHz: this.clockHz,
      runner: this.#runner,
      keyboard: this.#keyboard,
      timeline: this.timeline,
      trace: this.traceLog,
      loaded: () => ({
        images: this.#images,
        toHost: this.#toHost,
        diskBytes: this.#disk?.image.length ?? 0,
      }),
    }
  }

  /** How far back the machine can go, and what that takes; undefined without a history. */
  get history(): HistorySize | undefined {
    return this.#travel?.size
  }

  /** Whether the machine stands before the furthest point it has come to. */
  get inPast(): boolean {
    return this.#travel?.isPast === true
  }

  /**
   * Undo instructions of a hart, or cycles. The machine stands in front of the earliest one; others harts stand where they stood then. Ends
   * with the reason `start` where the history begins. Throws an Error without a history.
   */
  stepBack(
    count = 1,
    options: { hart?: number; unit?: 'instructions' | 'cycles' } = {},
  ): Promise<RunReport> {
    return this.#traveller().stepBack(count, options)
  }

  /**
   * Go back to a cycle, or to the last breakpoint or watchpoint, device event or input before this point. Throws an Error without a
   * history, a RangeError for a cycle that is not in the past.
   */
  runBackTo(goal: Cycle | 'breakpoint' | 'event' | 'input'): Promise<RunReport> {
    return this.#traveller().runBackTo(goal)
  }

  #traveller(): Travel {
    if (this.#travel !== undefined) return this.#travel
    throw new Error('the machine keeps no history: make it with `history: true`')
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

  /** Stop a hart: it runs nothing and takes no interrupt until `startHart`. Recorded like any input. */
  stopHart(hart: number): void {
    this.input({ kind: 'stop', cycle: this.timeline.now, hart })
  }

  /** Let a stopped hart go on at an address with the registers it has. Recorded like any input. */
  startHart(hart: number, address: number): void {
    this.input({ kind: 'start', cycle: this.timeline.now, hart, address })
  }

  /**
   * Let something enter the machine at its cycle, or now when that has passed. Throws a RangeError for a hart that the machine does not
   * have.
   */
  input(input: Input): void {
    this.#inputs.add(input)
  }

  protected change(change: Change): void {
    if (this.inPast) throw new Error('the machine stands in its past, which cannot be changed')
    this.#inputs.change(change)
  }

  /** Look at the machine at cycles on its way, before anything enters there; not on ways through its past. */
  look(marks: Marks): void {
    this.#runner.marks.push(marks)
  }

  /** See every input as it enters the machine. */
  onInput(listener: (input: Input) => void): void {
    this.#inputs.listen(listener)
  }

  deliver(bytes: Uint8Array, cycle: Cycle): void {
    this.input({ kind: 'frame', cycle, bytes })
  }

  settled(): void {
    this.#runner.mustBreathe = true
  }

  /**
   * The whole state as the bytes of a file (docs/snapshots.md), between two runs; with a base, only what differs from that snapshot. Link
   * and peers are not in it.
   */
  async snapshot({ base }: { base?: Base } = {}): Promise<Uint8Array> {
    this.#mustRest()
    const image = await this.imageHash()
    const older = base instanceof Uint8Array ? await readSnapshot(base) : base
    this.#mustRest()
    const { configuration, cycles, instructions } = this
    const ahead = this.#travel?.ahead
    const header: SnapshotHeader = {
      configuration,
      image,
      now: ahead?.now ?? this.timeline.now,
      cycles,
      instructions,
      stateHash: this.stateHash(),
      toHost: this.#toHost,
      ended: (this.ended ? this.#runner.end : undefined) ?? null,
      exceptions: exceptionsOf(this.core, configuration.harts),
    }
    const waiting = {
      inputs: [...(ahead?.inputs ?? []), ...this.#inputs.onTheirWay],
      keyboard: (ahead?.keyboard ?? this.#keyboard).state,
    }
    return packSnapshot(this.core, header, waiting, this.#disk?.bytes, older)
  }

  #mustRest(): void {
    if (this.#runner.running) throw new Error('the machine is running; take snapshots between runs')
  }

  /**
   * A machine that goes on from a snapshot. Its configuration comes from there; a program gives it names for views and calls. Throws a
   * SnapshotError when the file is damaged, of another version, or a delta whose base is not given.
   */
  static async restore(file: Base, options: RestoreOptions = {}): Promise<Machine> {
    const saved = file instanceof Uint8Array ? await readSnapshot(file, options.bases) : file
    const machine = await Machine.create({ ...options, ...checkedConfiguration(saved.header) })
    if (options.program !== undefined) await machine.#knowAgain(programOf(options.program), saved)
    machine.#goOnFrom(saved)
    return machine
  }

  /** Learn the names of the program in a snapshot. Whether it is the same one cannot be told when there is a disk. */
  async #knowAgain(program: Program, { header, sections }: Snapshot): Promise<void> {
    const images = await this.#know(program)
    if (sections.has(diskTag) || (await imageHash(images)) === header.image) return
    throw new SnapshotError('the snapshot is of another program, or of another build of it')
  }

  #goOnFrom(saved: Snapshot): void {
    const { header, waiting } = saved
    this.#restoredImage = header.image
    const disk = saved.sections.get(diskTag)
    if (disk !== undefined) this.insertDisk(disk)
    spreadSnapshot(this.core, saved)
    this.#watchToHost(header.toHost)
    this.timeline.advance(header.now)
    this.#keyboard.state = waiting.keyboard
    this.#runner.end = header.ended ?? undefined
    for (const input of waiting.inputs) this.input(input)
  }
}

/** Give a new core its configuration. Throws a RangeError for one that it refuses. */
function configure(core: CoreExports, configuration: Configuration, traced: boolean): void {
  const { harts, ramBytes, clockHz, seed, timing, parameters } = configuration
  const profile = timingProfiles.indexOf(timing)
  const error = core.create(harts, ramBytes, BigInt(clockHz), BigInt(seed), profile, 0)
  if (error !== 0) throw new RangeError(`the core refuses this configuration (error ${error})`)
  parameterEntries(parameters).forEach(({ hash, value }, i) => core.setParameter(i, hash, value))
  core.setTrace(traced ? 1 : 0)
}
