/** Writes `.debug_info`: units with their functions and variables, then one unit with all types. DWARF 5 chapter 3 and section 7.5. */
import { ByteSink } from '../elf/bytes.ts'
import type { ClassLayout } from '../frontend/layoutSection.ts'
import { shortName } from '../frontend/names.ts'
import type { ShapeName } from './abbreviations.ts'
import { abbreviation } from './abbreviations.ts'
import * as dwarf from './constants.ts'
import type { FunctionInformation, Place, Variable } from './information.ts'
import type { LineTable } from './lineTable.ts'
import { TypeEntries } from './types.ts'
import type { Unit } from './units.ts'

const producer = 'nothread'

/** Where a unit's lines and address ranges are. */
export interface UnitTables extends LineTable {
  ranges: number
}

export class InformationWriter {
  readonly #out = new ByteSink()
  readonly #types: TypeEntries

  constructor(classes: readonly ClassLayout[]) {
    this.#types = new TypeEntries(classes)
  }

  writeUnit({ file, functions, variables }: Unit, { offset, files, ranges }: UnitTables): void {
    const out = this.#out
    const end = this.#begin('unit', file)
    out.string('.').u32(0).u32(ranges).u32(offset)
    for (const item of functions) this.#writeFunction(item, files.get(item.file) ?? 0)
    for (const variable of variables) {
      this.#writeVariable('global', { ...variable, name: shortName(variable.name) })
    }
    end()
  }

  /** The section; types come last, when it is known which are needed. */
  finish(): Uint8Array {
    const end = this.#begin('typeUnit', 'types')
    this.#types.write(this.#out)
    end()
    return this.#out.toBytes()
  }

  /** Begins a unit; the result ends it. */
  #begin(shape: 'unit' | 'typeUnit', name: string): () => void {
    const out = this.#out
    const start = out.length
    out.u32(0).u16(5).u8(dwarf.DW_UT_compile).u8(4).u32(0)
    out.uleb(abbreviation(shape)).string(producer).u16(dwarf.DW_LANG_C11).string(name)
    return () => {
      out.uleb(0)
      out.patchU32(start, out.length - start - 4)
    }
  }

  #writeFunction(item: FunctionInformation, file: number): void {
    const out = this.#out
    const isProcedure = item.result === 'void'
    out.uleb(abbreviation(isProcedure ? 'procedure' : 'function'))
    out.string(item.name).uleb(file).uleb(item.line)
    out.u32(item.address).u32(item.size)
    writeExpression(out, [dwarf.DW_OP_call_frame_cfa])
    if (!isProcedure) this.#types.refer(out, item.result)
    for (const variable of item.variables) {
      this.#writeVariable(variable.parameter ? 'parameter' : 'local', variable)
    }
    out.uleb(0)
  }

  #writeVariable(shape: ShapeName, { name, type, place }: Variable): void {
    const out = this.#out
    out.uleb(abbreviation(shape)).string(name)
    this.#types.refer(out, type)
    writeExpression(out, location(place))
  }
}

function location(place: Place): number[] {
  const out = new ByteSink()
  if (place.at === 'address') out.u8(dwarf.DW_OP_addr).u32(place.address)
  else if (place.at === 'frame') out.u8(dwarf.DW_OP_fbreg).sleb(place.offset)
  else out.u8(dwarf.DW_OP_breg0 + place.register).sleb(place.offset)
  return [...out.toBytes()]
}

function writeExpression(out: ByteSink, bytes: readonly number[]): void {
  out.uleb(bytes.length).bytes(Uint8Array.from(bytes))
}
