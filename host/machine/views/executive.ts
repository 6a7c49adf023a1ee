/**
 * The executive's memory, for the views of threads, ports, DPC queues, requests and handles. They read; nothing of the run changes.
 * Names of classes, fields and constants are those of `assembly/guest/kernel`. Times are low words of mtime and become cycles here.
 */

import type { Image } from '../../toolchain/elf/image.ts'
import { lineAt } from '../../toolchain/elf/image.ts'
import { SymbolIndex } from '../../toolchain/elf/image.ts'
import type { CoreExports } from '../core.ts'
import type { Memory } from '../memory.ts'
import type { Cycle } from '../time.ts'
import { cycleOfMtime } from '../time.ts'
import type { Row } from './records.ts'
import { Records } from './records.ts'

/** A place in a source file. */
export interface Place {
  file: string
  line: number
  /** The function's symbol. */
  function: string
}

/** What the views need of a machine. */
export interface ViewSource {
  readonly core: CoreExports
  readonly memory: Memory
  readonly images: readonly Image[]
  readonly harts: number
  readonly clockHz: number
  readonly cycles: Cycle
}

const kernelClass = 'ke/thread/Thread'
const prcbSymbols = { top: 'KERNEL_TOP', shift: 'HART_STACK_SHIFT', bytes: 'PRCB_BYTES' } as const

export class Executive {
  readonly source: ViewSource
  readonly records: Records
  readonly #kernel: Image
  readonly #names: SymbolIndex

  /** The executive of a machine, or undefined when a program has the machine to itself. */
  static of(source: ViewSource): Executive | undefined {
    const [kernel] = source.images
    if (kernel === undefined) return undefined
    const executive = new Executive(source, kernel)
    return executive.records.has(kernelClass) ? executive : undefined
  }

  private constructor(source: ViewSource, kernel: Image) {
    this.source = source
    this.#kernel = kernel
    this.records = new Records(kernel, source.memory)
    this.#names = new SymbolIndex(source.images.flatMap(({ symbols }) => symbols))
  }

  /** The cycle of a moment in the past whose mtime had this low word. */
  cycleOf(mtimeLow: number): Cycle {
    return cycleOfMtime(mtimeLow, this.source.cycles, this.source.clockHz)
  }

  /** Where code at an address comes from, or undefined outside of the images. */
  place(pc: number): Place | undefined {
    const name = this.#names.find(pc)?.symbol.name
    if (name === undefined) return undefined
    for (const image of this.source.images) {
      const line = lineAt(image, pc)
      if (line !== undefined) return { file: line.file, line: line.line, function: name }
    }
    return { file: '', line: 0, function: name }
  }

  /** The program that runs under the executive. */
  get program(): Image | undefined {
    return this.source.images.at(-1)
  }

  /** The processor block of a hart. */
  prcb(hart: number): Row {
    const top = this.#absolute(prcbSymbols.top)
    const stack = hart << this.#absolute(prcbSymbols.shift)
    return this.records.at('hal/prcb/Prcb', top - stack - this.#absolute(prcbSymbols.bytes))
  }

  #absolute(name: string): number {
    const found = this.#kernel.symbols.find((symbol) => symbol.name === name)
    if (found === undefined) throw new Error(`the kernel has no symbol ${name}`)
    return found.address >>> 0
  }
}
