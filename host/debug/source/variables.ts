/** Variables by the names of the source: locals of a frame, globals of its file, then globals of any file; and expressions like `a.b[2]`. */
import type { LocalVariable, Place } from '../../toolchain/dwarf/information.ts'
import { shortName } from '../../toolchain/frontend/names.ts'
import type { StackFrame } from './frames.ts'
import { PlaceError } from './places.ts'
import type { Places } from './places.ts'
import type { TypedPlace, Values } from './values.ts'

const expressionPattern = /^([\w$~]+)((?:\.[\w$]+|\[\d+\])*)$/

export class Variables {
  readonly #places: Places
  readonly #values: Values

  constructor(places: Places, values: Values) {
    this.#places = places
    this.#values = values
  }

  /** Parameters and locals of a frame's function. */
  locals(frame: StackFrame): (LocalVariable & TypedPlace)[] {
    const variables = this.#places.informationAt(frame.pc)?.variables ?? []
    return variables.map((variable) => ({ ...variable, address: addressOf(variable.place, frame) }))
  }

  /** Where the value of an expression is; undefined when its first name is no variable. Throws a PlaceError for a wrong part. */
  find(text: string, frame: StackFrame): TypedPlace | undefined {
    const [, name, path] = expressionPattern.exec(text) ?? []
    let place = name === undefined ? undefined : this.#variable(name, frame)
    if (place === undefined) return undefined
    let done = name
    for (const [part, field, index] of path.matchAll(/\.([\w$]+)|\[(\d+)\]/g)) {
      place =
        field === undefined
          ? this.#values.item(place, Number(index))
          : this.#values.field(place, field)
      if (place === undefined) throw new PlaceError(`${done} has no ${field ?? part}`)
      done += part
    }
    return place
  }

  #variable(name: string, frame: StackFrame): TypedPlace | undefined {
    // Of two locals of the same name the one declared last hides the other.
    const local = this.locals(frame).findLast((variable) => variable.name === name)
    if (local !== undefined) return local
    const module = modulePath(this.#places.informationAt(frame.pc)?.symbol ?? '')
    const globals = this.#places.variables.filter((item) => shortName(item.name) === name)
    const found = globals.find((item) => modulePath(item.name) === module) ?? globals.at(0)
    return found && { type: found.type, address: addressOf(found.place, frame) }
  }
}

function addressOf(place: Place, { top, registers }: StackFrame): number {
  if (place.at === 'address') return place.address
  const base = place.at === 'frame' ? top : registers[place.register]
  return (base + place.offset) >>> 0
}

function modulePath(symbol: string): string {
  const plain = symbol.split('<', 1)[0]
  return plain.slice(0, Math.max(plain.lastIndexOf('/'), 0))
}
