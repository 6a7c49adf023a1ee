/**
 * A machine as a target of debuggers. Breakpoints stop the core itself; watchpoints are found by going on one cycle at a time. Neither
 * changes the guest's memory or its clock: a debugged run takes the same course, cycle for cycle, as one without a debugger. Left out:
 * watching reads.
 */
import { csrs } from '../../assembly/tables/csrs.table.ts'
import { breathe } from '../machine/breathe.ts'
import type { Machine } from '../machine/machine.ts'
import type { RunReport } from '../machine/report.ts'
import type { Executable } from './gdb/files.ts'
import type { BreakpointKind, DebugTarget, StopEvent } from './gdb/target.ts'
import { pcRegister } from './gdb/target.ts'
import { monitor } from './monitor.ts'

/** A single step is over after so many cycles, though the hart sleeps. */
const mostStepCycles = 10_000
/** The event loop gets a turn after so many cycles, so that an interrupt can come in. */
const cyclesPerBreath = 20_000

interface Watchpoint {
  address: number
  bytes: number
  /** What the memory held. */
  content: string
}

const csrNumbers = new Set(csrs.map(({ number }) => number))

export class MachineTarget implements DebugTarget {
  readonly #machine: Machine
  readonly #breakpoints = new Set<number>()
  #watchpoints: Watchpoint[] = []
  #interrupted = false

  /** With `executable` GDB finds the symbols by itself. */
  constructor(
    machine: Machine,
    readonly executable?: Executable,
  ) {
    this.#machine = machine
  }

  get harts(): number {
    return this.#machine.configuration.harts
  }

  register(hart: number, index: number): number {
    const { pc, x } = this.#machine.registers(hart)
    return index === pcRegister ? pc : x[index]
  }

  setRegister(hart: number, index: number, value: number): void {
    this.#machine.setRegister(hart, index, value)
  }

  csr(hart: number, number: number): number | undefined {
    return csrNumbers.has(number) ? this.#machine.csr(hart, number) : undefined
  }

  readMemory(address: number, count: number): Uint8Array {
    const { memory } = this.#machine
    let length = count
    while (length > 0 && !memory.holds(address, length)) length = Math.floor(length / 2)
    return length === 0 ? new Uint8Array(0) : memory.bytes(address, length)
  }

  writeMemory(address: number, bytes: Uint8Array): boolean {
    const start = address - (address % 4)
    const words = Math.ceil((address + bytes.length - start) / 4)
    if (!this.#machine.memory.holds(start, words * 4)) return false
    const content = this.#machine.memory.bytes(start, words * 4)
    content.set(bytes, address - start)
    const view = new DataView(content.buffer)
    const values = Array.from({ length: words }, (_, index) => view.getUint32(index * 4, true))
    this.#machine.poke(start, values)
    return true
  }

  setBreakpoint(kind: BreakpointKind, address: number, bytes: number): boolean {
    if (kind === 'read' || kind === 'access') return false
    if (kind === 'write') {
      if (!this.#machine.memory.holds(address, bytes)) return false
      this.#watchpoints.push({ address, bytes, content: this.#content(address, bytes) })
      return true
    }
    if (!this.#machine.setBreakpoint(address)) return false
    this.#breakpoints.add(address)
    return true
  }

  clearBreakpoint(kind: BreakpointKind, address: number, bytes: number): boolean {
    if (kind !== 'write') {
      this.#machine.clearBreakpoint(address)
      return this.#breakpoints.delete(address)
    }
    const others = this.#watchpoints.filter(
      (point) => point.address !== address || point.bytes !== bytes,
    )
    const found = others.length < this.#watchpoints.length
    this.#watchpoints = others
    return found
  }

  #content(address: number, bytes: number): string {
    return this.#machine.memory.bytes(address, bytes).join()
  }

  async step(hart: number): Promise<StopEvent> {
    const { pc } = this.#machine.registers(hart)
    const { instructions } = this.#machine
    for (let cycles = 0; cycles < mostStepCycles; cycles++) {
      const end = await this.#nextCycle()
      if (end !== undefined) return end
      const alone = this.harts === 1 && this.#machine.instructions !== instructions
      if (alone || this.#machine.registers(hart).pc !== pc) break
    }
    return this.#watched(hart) ?? { reason: 'step', hart }
  }

  async resume(): Promise<StopEvent> {
    this.#interrupted = false
    return this.#watchpoints.length === 0 ? this.#runFreely() : this.#runWatched()
  }

  interrupt(): void {
    this.#interrupted = true
  }

  /** Without memory to look at the machine runs at full speed. */
  async #runFreely(): Promise<StopEvent> {
    const end = this.#atBreakpoint() === undefined ? undefined : await this.#nextCycle()
    if (end !== undefined) return end
    const report = await this.#machine.run({ until: () => this.#interrupted })
    if (report.stopReason !== 'breakpoint') return endOf(report) ?? { reason: 'interrupt', hart: 0 }
    return { reason: 'breakpoint', hart: this.#atBreakpoint() ?? 0 }
  }

  /** A hart that stands at a breakpoint. */
  #atBreakpoint(): number | undefined {
    const hart = this.#counters().findIndex((pc) => this.#breakpoints.has(pc))
    return hart < 0 ? undefined : hart
  }

  async #runWatched(): Promise<StopEvent> {
    let before = this.#counters()
    for (let cycles = 1; ; cycles++) {
      const end = await this.#nextCycle()
      if (end !== undefined) return end
      const after = this.#counters()
      const hart = after.findIndex((pc, index) => pc !== before[index] && this.#breakpoints.has(pc))
      const watched = this.#watched(Math.max(hart, 0))
      if (watched !== undefined) return watched
      if (hart >= 0) return { reason: 'breakpoint', hart }
      before = after
      if (cycles % cyclesPerBreath === 0) await breathe()
      if (this.#interrupted) return { reason: 'interrupt', hart: 0 }
    }
  }

  #counters(): number[] {
    return Array.from({ length: this.harts }, (_, hart) => this.#machine.registers(hart).pc)
  }

  /** Goes on to the first instruction boundary behind the present cycle, over breakpoints at which harts stand. */
  async #nextCycle(): Promise<StopEvent | undefined> {
    const passed = this.#counters().filter((pc) => this.#breakpoints.has(pc))
    for (const address of passed) this.#machine.clearBreakpoint(address)
    const report = await this.#machine.run({ until: this.#machine.cycles + 1 })
    for (const address of passed) this.#machine.setBreakpoint(address)
    return endOf(report)
  }

  /** The watchpoint whose memory has changed. */
  #watched(hart: number): StopEvent | undefined {
    let found: Watchpoint | undefined
    for (const point of this.#watchpoints) {
      const content = this.#content(point.address, point.bytes)
      if (content !== point.content) found ??= point
      point.content = content
    }
    return found && { reason: 'write', hart, address: found.address }
  }

  monitor(command: string): string | undefined {
    return monitor(this.#machine, command)
  }
}

/** The end of a run as GDB knows it; undefined when the run can go on. */
function endOf({ stopReason, exitCode, fault }: RunReport): StopEvent | undefined {
  switch (stopReason) {
    case 'exit':
      return { reason: 'exit', hart: 0, code: exitCode }
    case 'reset':
      return { reason: 'exit', hart: 0, code: 0 }
    case 'fault':
      return { reason: 'fault', hart: 0, code: fault?.cause }
    case 'idle':
      return { reason: 'idle', hart: 0 }
    default:
      return undefined
  }
}
