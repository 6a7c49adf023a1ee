/**
 * A machine as a target of debuggers. Breakpoints and watchpoints stop the core itself, and going back is re-execution. None of it
 * changes the guest's memory or its clock: a debugged run takes the same course, cycle for cycle, as one without a debugger.
 */
import { csrs } from '../../assembly/tables/csrs.table.ts'
import type { Machine } from '../machine/machine.ts'
import type { RunReport, StopPlace } from '../machine/report.ts'
import type { Executable } from './gdb/files.ts'
import type { BreakpointKind, DebugTarget, StopEvent } from './gdb/target.ts'
import { pcRegister } from './gdb/target.ts'
import { monitor } from './monitor.ts'

type WatchKind = 'read' | 'write' | 'access'

interface Watchpoint {
  kind: WatchKind
  address: number
  bytes: number
}

const mostWatchpoints = 16
const csrNumbers = new Set(csrs.map(({ number }) => number))

export class MachineTarget implements DebugTarget {
  readonly #machine: Machine
  /** How often each is set. */
  readonly #breakpoints = new Map<number, number>()
  /** By the core's number. */
  readonly #watchpoints = new Map<number, Watchpoint>()
  #interrupted = false

  /** The machine should keep a history, without which nothing goes back. With `executable` GDB finds the symbols by itself. */
  constructor(
    machine: Machine,
    readonly executable?: Executable,
  ) {
    this.#machine = machine
  }

  get harts(): number {
    return this.#machine.configuration.harts
  }

  get reversible(): boolean {
    return this.#machine.history !== undefined
  }

  register(hart: number, index: number): number {
    const { pc, x } = this.#machine.registers(hart)
    return index === pcRegister ? pc : x[index]
  }

  setRegister(hart: number, index: number, value: number): boolean {
    if (this.#machine.inPast) return false
    this.#machine.setRegister(hart, index, value)
    return true
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
    if (this.#machine.inPast || !this.#machine.memory.holds(start, words * 4)) return false
    const content = this.#machine.memory.bytes(start, words * 4)
    content.set(bytes, address - start)
    const view = new DataView(content.buffer)
    const values = Array.from({ length: words }, (_, index) => view.getUint32(index * 4, true))
    this.#machine.poke(start, values)
    return true
  }

  setBreakpoint(kind: BreakpointKind, address: number, bytes: number): boolean {
    if (isWatch(kind)) return this.#watch({ kind, address, bytes })
    if (!this.#machine.setBreakpoint(address)) return false
    this.#breakpoints.set(address, (this.#breakpoints.get(address) ?? 0) + 1)
    return true
  }

  clearBreakpoint(kind: BreakpointKind, address: number, bytes: number): boolean {
    if (isWatch(kind)) return this.#unwatch({ kind, address, bytes })
    const count = this.#breakpoints.get(address) ?? 0
    if (count > 1) this.#breakpoints.set(address, count - 1)
    else {
      this.#breakpoints.delete(address)
      this.#machine.clearBreakpoint(address)
    }
    return count > 0
  }

  #watch(point: Watchpoint): boolean {
    const numbers = Array.from({ length: mostWatchpoints }, (_, index) => index)
    const free = numbers.find((index) => !this.#watchpoints.has(index))
    if (free === undefined) return false
    if (!this.#machine.setWatchpoint(free, point.address, point.bytes, point.kind)) return false
    this.#watchpoints.set(free, point)
    return true
  }

  #unwatch({ kind, address, bytes }: Watchpoint): boolean {
    for (const [index, point] of this.#watchpoints) {
      if (point.kind !== kind || point.address !== address || point.bytes !== bytes) continue
      this.#watchpoints.delete(index)
      return this.#machine.clearWatchpoint(index)
    }
    return false
  }

  async step(hart: number): Promise<StopEvent> {
    this.#interrupted = false
    const report = await this.#machine.step(1, { hart, until: () => this.#interrupted })
    return this.#eventOf(report, hart)
  }

  async resume(): Promise<StopEvent> {
    this.#interrupted = false
    const passed = this.#standingAt()
    if (passed.length > 0) {
      const report = await this.#nextCycle(passed)
      if (report.stopReason !== 'limit') return this.#eventOf(report, 0)
    }
    return this.#eventOf(await this.#machine.run({ until: () => this.#interrupted }), 0)
  }

  async stepBack(hart: number): Promise<StopEvent> {
    return this.#eventOf(await this.#machine.stepBack(1, { hart }), hart)
  }

  async resumeBack(): Promise<StopEvent> {
    return this.#eventOf(await this.#machine.runBackTo('breakpoint'), 0)
  }

  interrupt(): void {
    this.#interrupted = true
  }

  /** Breakpoints at which harts stand. */
  #standingAt(): number[] {
    const counters = Array.from({ length: this.harts }, (_, hart) =>
      this.register(hart, pcRegister),
    )
    return counters.filter((pc) => this.#breakpoints.has(pc))
  }

  /** Goes on to the first instruction boundary behind the present cycle, over breakpoints at which harts stand. */
  async #nextCycle(passed: readonly number[]): Promise<RunReport> {
    for (const address of passed) this.#machine.clearBreakpoint(address)
    const report = await this.#machine.run({ until: this.#machine.cycles + 1 })
    for (const address of passed) this.#machine.setBreakpoint(address)
    return report
  }

  #eventOf({ stopReason, exitCode, fault, stop }: RunReport, hart: number): StopEvent {
    switch (stopReason) {
      case 'exit':
        return { reason: 'exit', hart: 0, code: exitCode }
      case 'reset':
        return { reason: 'exit', hart: 0, code: 0 }
      case 'fault':
        return { reason: 'fault', hart: 0, code: fault?.cause }
      case 'idle':
        return { reason: 'idle', hart: 0 }
      case 'start':
        return { reason: 'beginning', hart }
      case 'breakpoint':
        return { reason: 'breakpoint', hart: stop?.hart ?? hart }
      case 'watchpoint':
        return this.#watched(stop, hart)
      case 'step':
        return { reason: 'step', hart }
      default:
        return { reason: 'interrupt', hart }
    }
  }

  #watched(stop: StopPlace | undefined, hart: number): StopEvent {
    const point = this.#watchpoints.get(stop?.watchpoint?.index ?? -1)
    if (point === undefined) return { reason: 'breakpoint', hart: stop?.hart ?? hart }
    return { reason: point.kind, hart: stop?.hart ?? hart, address: point.address }
  }

  monitor(command: string): string | undefined {
    return monitor(this.#machine, command)
  }

  describeHart(hart: number): string {
    const state = this.#machine.scheduler().harts.find((item) => item.hart === hart)
    if (state === undefined) return `hart ${hart}`
    const thread = state.thread === undefined ? 'idle' : `thread ${state.thread}`
    return `hart ${hart}, ${thread}, IRQL ${state.irql}`
  }
}

function isWatch(kind: BreakpointKind): kind is WatchKind {
  return kind === 'write' || kind === 'read' || kind === 'access'
}
