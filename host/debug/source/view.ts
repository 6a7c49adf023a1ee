/** A machine as its sources see it: places, variables and values, and who awaits whom. */
import type { Coroutine } from '../../machine/coroutines.ts'
import type { Machine } from '../../machine/machine.ts'
import { readCoroutines } from '../../toolchain/coroutineSection.ts'
import type { FunctionInformation } from '../../toolchain/dwarf/information.ts'
import { readLayouts } from '../../toolchain/frontend/layoutSection.ts'
import { coroutineTree } from './coroutineTree.ts'
import type { StackFrame } from './frames.ts'
import { Places } from './places.ts'
import type { ReadMemory } from './values.ts'
import { Values } from './values.ts'
import { Variables } from './variables.ts'

export class SourceView {
  readonly #machine: Machine
  readonly places: Places
  readonly values: Values
  readonly variables: Variables
  readonly #resumePoints: ReadonlySet<number>

  /** `source` gives the lines of a file, where it is there. */
  constructor(
    machine: Machine,
    read: ReadMemory,
    source?: (file: string) => readonly string[] | undefined,
  ) {
    this.#machine = machine
    this.places = new Places(machine.images, source)
    const states = machine.images.flatMap(readCoroutines).flatMap((table) => table.states)
    this.#resumePoints = new Set(states.map(({ address }) => address))
    const classes = machine.images.flatMap((image) => readLayouts(image).classes)
    this.values = new Values(read, classes)
    this.variables = new Variables(this.places, this.values)
  }

  /** Whether a coroutine goes on at an address after an await. */
  isResumePoint(address: number): boolean {
    return this.#resumePoints.has(address)
  }

  /** `name: value` for each local of a frame. */
  locals(frame: StackFrame): string[] {
    const locals = this.variables.locals(frame)
    return locals.map((variable) => `${variable.name} = ${this.values.show(variable)}`)
  }

  /** Suspended coroutines, each above what it awaits; '' when there are none. */
  coroutines(): string {
    return coroutineTree(this.#machine.coroutines(), (coroutine) => this.#kept(coroutine))
  }

  /** Who awaits the coroutine that runs in a frame, then who awaits that one, and so on. */
  awaiters({ pc, registers }: StackFrame): Coroutine[] {
    const register = this.places.informationAt(pc)?.frameRegister
    if (register === undefined) return []
    const live = this.#machine.coroutines()
    const chain: Coroutine[] = []
    for (let frame = registers[register]; ;) {
      const next = live.find(({ awaited }) => awaited === frame)
      if (next === undefined || chain.includes(next)) return chain
      chain.push(next)
      frame = next.frame
    }
  }

  /** The values a coroutine keeps, by name where its function keeps its variables in its frame. */
  #kept(coroutine: Coroutine): string[] {
    const variables = this.#functionOf(coroutine)?.variables ?? []
    if (variables.length === 0) {
      return coroutine.kept.map(({ name, words }) => `${name}=${words.join(':')}`)
    }
    return variables.flatMap(({ name, type, place }) => {
      if (place.at !== 'register') return []
      const address = coroutine.frame + place.offset
      return `${name}=${this.values.show({ address, type }, 0)}`
    })
  }

  #functionOf({ file, name }: Coroutine): FunctionInformation | undefined {
    return this.places.functions.find(
      (item) => item.name === name && (item.file === file || item.file.endsWith(`/${file}`)),
    )
  }
}
