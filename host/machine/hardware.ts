/** The machine as hardware: harts, memory, counters, and what stops a run at a place. A debugger needs no more. */

import { counters } from '../../assembly/tables/counters.table.ts'
import type { CoreExports } from './core.ts'
import { stateHashOf } from './core.ts'
import type { Change } from './input.ts'
import { Memory } from './memory.ts'
import type { Configuration } from './options.ts'
import { hartsHashOf } from './snapshot.ts'

/** The program counter and the registers x0 to x31 of a hart. */
export interface HartRegisters {
  pc: number
  x: number[]
}

const accessBits = { write: 1, read: 2, access: 3 } as const

export abstract class Hardware {
  readonly configuration: Configuration
  readonly memory: Memory
  protected readonly core: CoreExports

  protected constructor(core: CoreExports, configuration: Configuration) {
    this.core = core
    this.configuration = configuration
    this.memory = new Memory(core)
  }

  /** Make a change from outside where the machine stands. */
  protected abstract change(change: Change): void

  get clockHz(): number {
    return this.configuration.clockHz
  }

  get seed(): number {
    return this.configuration.seed
  }

  /** Event counters of the machine by name. */
  counters(): Record<string, number> {
    const pointer = this.core.counterPointer() >>> 0
    const values = new BigUint64Array(this.core.memory.buffer, pointer, counters.length)
    return Object.fromEntries(counters.map(({ name }, i) => [name, Number(values[i])]))
  }

  /** Hash of the whole architectural state: 16 hexadecimal digits. */
  stateHash(): string {
    return stateHashOf(this.core)
  }

  /** Hash of the harts alone, registers and time, which is made much faster: 16 hexadecimal digits. */
  hartsHash(): string {
    return hartsHashOf(this.core)
  }

  /** Registers of a hart. */
  registers(hart = 0): HartRegisters {
    const x = Array.from({ length: 32 }, (_, i) => this.core.register(hart, i) >>> 0)
    return { pc: this.core.programCounter(hart) >>> 0, x }
  }

  /** Change a register of a hart: 0 to 31 for x0 to x31, 32 for the pc. */
  setRegister(hart: number, index: number, value: number): void {
    this.change({ kind: 'register', hart, index, value: value >>> 0 })
  }

  /** Value of a control and status register of a hart, 0 where the machine has none. */
  csr(hart: number, number: number): number {
    return this.core.csr(hart, number) >>> 0
  }

  /**
   * Let runs stop in front of the instruction at an address, with the reason `breakpoint`. To go on from there, clear it, run one cycle and
   * set it again. It changes neither cycles nor results. False when the address is not in RAM or too many are set.
   */
  setBreakpoint(address: number): boolean {
    return this.core.setBreakpoint(address) !== 0
  }

  /** Take a breakpoint away; false when there was none. */
  clearBreakpoint(address: number): boolean {
    return this.core.clearBreakpoint(address) !== 0
  }

  /**
   * Let runs stop behind an instruction that reads or writes a part of RAM, with the reason `watchpoint`; a device that writes there stops
   * them too. `index`, 0 to 15, names the watchpoint. It changes neither cycles nor results; runs keep their speed unless one looks for
   * reads. False when the range is not in RAM.
   */
  setWatchpoint(
    index: number,
    address: number,
    bytes: number,
    access: 'read' | 'write' | 'access',
  ): boolean {
    return this.core.setWatchpoint(index, address, bytes, accessBits[access]) !== 0
  }

  /** Take a watchpoint away; false when there was none. */
  clearWatchpoint(index: number): boolean {
    return this.core.clearWatchpoint(index) !== 0
  }

  /** `count` words of memory at an address that is a multiple of four. */
  peek(address: number, count = 1): number[] {
    return this.memory.words(address, count)
  }

  /** Change words of memory. */
  poke(address: number, words: readonly number[]): void {
    this.change({ kind: 'poke', address, words: [...words] })
  }
}
