/**
 * Runs functions of a linked image on the emulated CPU, one call at a time, without a kernel: for tests and measurements of the
 * backend. Argument words follow the standard calling convention; a trap ends the call and is reported.
 */
import type { Image } from '../../host/toolchain/elf/image.ts'
import type { CoreExports } from '../../host/machine/core.ts'
import { loadCore, stopName } from '../../host/machine/core.ts'

const RAM_BASE = 0x80000000
const CLOCK_HZ = 1_000_000_000n
/** Calls return here, behind the stack. */
const STUB_OFFSET_FROM_END = 64
const EBREAK = 0x00100073
const [RA, SP, TP, CALL_TARGET, A0] = [1, 2, 4, 6, 10]
const REGISTER_ARGUMENTS = 8
const CALLEE_SAVED = [8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27]
/** Result words beyond those in registers, of functions with that many. */
const STACK_RESULTS = 64
const MARK = 0x5a000000
const BREAKPOINT_CAUSE = 3

/** How a call ended: with result words, or with the code of a trap (or the cause of an exception). */
export type Outcome =
  { kind: 'returned'; words: number[] } | { kind: 'trap'; code: number; cause: number }

/** A call has not ended within the cycles it was given. */
export class Unfinished extends Error {}

export class Guest {
  readonly core: CoreExports
  private readonly stub: number

  private constructor(core: CoreExports) {
    this.core = core
    this.stub = RAM_BASE + core.ramBytes() - STUB_OFFSET_FROM_END
  }

  /** A machine with one hart and the unit timing profile. */
  static async create(ramBytes = 16 << 20): Promise<Guest> {
    const core = await loadCore()
    const error = core.create(1, ramBytes, CLOCK_HZ, 1n, 0, 0)
    if (error !== 0) throw new Error(`the core refuses the configuration: ${error}`)
    return new Guest(core)
  }

  get memory(): DataView {
    const { core } = this
    return new DataView(core.memory.buffer, core.ramPointer(), core.ramBytes())
  }

  private get ram(): Uint8Array {
    const { buffer, byteOffset, byteLength } = this.memory
    return new Uint8Array(buffer, byteOffset, byteLength)
  }

  /** Clears RAM and loads an image. */
  load(image: Pick<Image, 'segments'>): void {
    this.ram.fill(0)
    this.place(image)
  }

  /** Loads an image beside what is in RAM. */
  place(image: Pick<Image, 'segments'>): void {
    const { ram } = this
    for (const { address, bytes } of image.segments) ram.set(bytes, address - RAM_BASE)
    this.memory.setUint32(this.stub - RAM_BASE, EBREAK, true)
    this.core.ramChanged()
  }

  /** Sets bytes of RAM to zero. */
  clear(address: number, bytes: number): void {
    this.ram.fill(0, address - RAM_BASE, address - RAM_BASE + bytes)
  }

  word(address: number): number {
    return this.memory.getInt32((address >>> 0) - RAM_BASE, true)
  }

  setWord(address: number, value: number): void {
    this.memory.setUint32((address >>> 0) - RAM_BASE, value, true)
  }

  /** A copy of bytes of RAM. */
  bytes(address: number, count: number): Uint8Array {
    return this.ram.slice(address - RAM_BASE, address - RAM_BASE + count)
  }

  setThreadPointer(address: number): void {
    this.core.setRegister(0, TP, address)
  }

  get retired(): number {
    return Number(this.core.retired(0))
  }

  /** Calls a function; throws when it breaks the calling convention, and Unfinished when it does not end within the cycles. */
  call(
    address: number,
    words: readonly number[],
    cycles = 50_000_000,
    stack = this.stub - 4096,
  ): Outcome {
    const { core } = this
    this.begin(address, words, stack)
    this.runToStop(core.now() + BigInt(cycles))
    if (core.stopCode() !== BREAKPOINT_CAUSE || core.stopAddress() >>> 0 !== this.stub) {
      return this.trapped()
    }
    this.checkConvention(stack)
    return { kind: 'returned', words: this.resultWords(stack) }
  }

  /**
   * Calls a function and counts its instructions up to each change of the word at `mark`, and to its return.
   * @returns instructions between those moments
   */
  callInParts(address: number, words: readonly number[], mark: number): number[] {
    const { core } = this
    this.begin(address, words, this.stub - 4096)
    const parts: number[] = []
    let from = this.retired
    let last = this.word(mark)
    while (core.programCounter(0) >>> 0 !== this.stub) {
      core.run(core.now() + 1n)
      if (this.word(mark) === last) continue
      parts.push(this.retired - from)
      from = this.retired
      last = this.word(mark)
    }
    return [...parts, this.retired - from]
  }

  /** Sets the registers for a call through a pointer. */
  private begin(address: number, words: readonly number[], stack: number): void {
    const { core, memory } = this
    core.setRegister(0, RA, this.stub)
    core.setRegister(0, SP, stack)
    words.forEach((word, i) => {
      if (i < REGISTER_ARGUMENTS) core.setRegister(0, A0 + i, word)
      else memory.setInt32(stack - RAM_BASE + 4 * (i - REGISTER_ARGUMENTS), word, true)
    })
    for (const register of CALLEE_SAVED) core.setRegister(0, register, MARK + register)
    core.setRegister(0, CALL_TARGET, address)
    core.setProgramCounter(0, address)
  }

  /** The words of the registers, and of the place where the backend returns more than they hold. */
  private resultWords(stack: number): number[] {
    const { core } = this
    const inRegisters = Array.from(
      { length: REGISTER_ARGUMENTS },
      (_, i) => core.register(0, A0 + i) | 0,
    )
    return [
      ...inRegisters,
      ...Array.from({ length: STACK_RESULTS }, (_, i) => this.word(stack + 4 * i)),
    ]
  }

  private runToStop(limit: bigint): void {
    for (;;) {
      const reason = stopName(this.core.run(limit))
      if (reason === 'Slice') continue
      if (reason === 'Fault') return
      const where = (this.core.programCounter(0) >>> 0).toString(16)
      if (reason === 'Limit') throw new Unfinished(`the call does not end; it has come to ${where}`)
      throw new Error(`the call stopped with ${reason} at ${where}`)
    }
  }

  private trapped(): Outcome {
    const cause = this.core.stopCode()
    const next = this.word(this.core.stopAddress() + 4)
    return { kind: 'trap', code: cause === BREAKPOINT_CAUSE ? next >>> 20 : 0, cause }
  }

  private checkConvention(stack: number): void {
    const { core } = this
    if (core.register(0, SP) >>> 0 !== stack >>> 0) throw new Error('the stack pointer is lost')
    for (const register of CALLEE_SAVED) {
      if (core.register(0, register) >>> 0 !== MARK + register) {
        throw new Error(`callee-saved x${register} is lost`)
      }
    }
  }
}
