/**
 * Places the sections of assembled objects one behind another and applies their relocations (RISC-V ELF psABI, "Relocations").
 */
import { BackendError } from '../errors.ts'
import * as encode from '../emit/encode.ts'
import type { ObjectFile, ObjectSection, Relocation } from '../../asm/object.ts'
import type { ImageSymbol, Segment, SourceLine } from '../../elf/image.ts'

interface Placed {
  object: ObjectFile
  /** Address by section index; undefined for a section that is not loaded. */
  addresses: (number | undefined)[]
}

export class Objects {
  readonly end: number
  private readonly placed: Placed[] = []
  private readonly globals = new Map<string, number>()

  constructor(objects: readonly ObjectFile[], base: number) {
    let next = base
    for (const object of objects) {
      const addresses = object.sections.map((section) => {
        if (section.flags === 0) return undefined
        const address = Math.ceil(next / section.alignment) * section.alignment
        next = address + section.size
        return address
      })
      this.placed.push({ object, addresses })
    }
    this.end = next
    for (const placed of this.placed) this.defineGlobals(placed)
  }

  /** Address of a global symbol. */
  address(symbol: string): number | undefined {
    return this.globals.get(symbol)
  }

  /** Symbols that objects use and none of them defines; weak references may stay open. */
  undefinedSymbols(): string[] {
    const names = new Set<string>()
    for (const { object } of this.placed) {
      for (const symbol of object.symbols) {
        if (symbol.section !== 'undefined' || symbol.weak) continue
        if (!this.globals.has(symbol.name)) names.add(symbol.name)
      }
    }
    return [...names]
  }

  symbols(): ImageSymbol[] {
    const result: ImageSymbol[] = []
    for (const { object, addresses } of this.placed) {
      for (const symbol of object.symbols) {
        const address = definedAddress(symbol, addresses)
        if (address === undefined) continue
        const { name, size, kind, global } = symbol
        result.push({ name, address, size, kind, global })
      }
    }
    return result
  }

  lines(): SourceLine[] {
    const result: SourceLine[] = []
    for (const { object, addresses } of this.placed) {
      object.sections.forEach((section, i) => {
        const base = addresses[i]
        if (base === undefined) return
        for (const { offset, file, line, column } of section.lines) {
          result.push({ address: base + offset, file, line, column })
        }
      })
    }
    return result
  }

  /** The sections' bytes with relocations applied. */
  segments(resolve: (symbol: string) => number): Segment[] {
    const result: Segment[] = []
    for (const placed of this.placed) {
      placed.object.sections.forEach((section, i) => {
        const address = placed.addresses[i]
        if (address === undefined || section.size === 0) return
        const bytes = this.relocate(placed, section, address, resolve)
        const { size: memorySize, flags, name } = section
        result.push({ address, bytes, memorySize, flags, name })
      })
    }
    return result
  }

  private defineGlobals({ object, addresses }: Placed): void {
    for (const symbol of object.symbols) {
      if (!symbol.global) continue
      const address = definedAddress(symbol, addresses)
      if (address === undefined) continue
      if (this.globals.has(symbol.name) && !symbol.weak) {
        throw new BackendError('unresolved', `symbol ${symbol.name} is defined twice`)
      }
      this.globals.set(symbol.name, address)
    }
  }

  private relocate(
    placed: Placed,
    section: ObjectSection,
    address: number,
    resolve: (symbol: string) => number,
  ): Uint8Array {
    const bytes = section.bytes.slice()
    const view = new DataView(bytes.buffer)
    const symbolAddress = (index: number): number => {
      const symbol = placed.object.symbols[index]
      const local = definedAddress(symbol, placed.addresses)
      if (local !== undefined) return local
      if (symbol.weak && this.globals.get(symbol.name) === undefined) return 0
      return this.globals.get(symbol.name) ?? resolve(symbol.name)
    }
    for (const relocation of section.relocations) {
      const target = this.target(section, relocation, address, symbolAddress)
      applyRelocation(view, relocation, address + relocation.offset, target)
    }
    return bytes
  }

  /** What the field is made from; the low part of a pc-relative pair takes its number from the pair's high part. */
  private target(
    section: ObjectSection,
    relocation: Relocation,
    base: number,
    symbolAddress: (index: number) => number,
  ): number {
    const value = symbolAddress(relocation.symbol) + relocation.addend
    if (relocation.type !== 'PCREL_LO12_I' && relocation.type !== 'PCREL_LO12_S') return value
    const high = section.relocations.find(
      ({ type, offset }) => type === 'PCREL_HI20' && base + offset === value,
    )
    if (high === undefined) {
      throw new BackendError('unresolved', 'a pc-relative low part has no high part')
    }
    return symbolAddress(high.symbol) + high.addend - (base + high.offset)
  }
}

function definedAddress(
  symbol: ObjectFile['symbols'][number],
  addresses: readonly (number | undefined)[],
): number | undefined {
  if (symbol.section === 'undefined') return undefined
  if (symbol.section === 'absolute') return symbol.value
  const base = addresses[symbol.section]
  return base === undefined ? undefined : base + symbol.value
}

const BRANCH_FIELDS = 0xfe000f80
const JUMP_FIELDS = 0xfffff000

function applyRelocation(
  view: DataView,
  { type, offset }: Relocation,
  address: number,
  target: number,
): void {
  const insert = (fields: number): void =>
    view.setUint32(offset, (view.getUint32(offset, true) | fields) >>> 0, true)
  const add8 = (value: number): void => view.setUint8(offset, view.getUint8(offset) + value)
  const add16 = (value: number): void => {
    view.setUint16(offset, view.getUint16(offset, true) + value, true)
  }
  const { upper, lower } = encode.split(target)
  const distance = target - address
  switch (type) {
    case '32':
      return view.setUint32(offset, target >>> 0, true)
    case 'BRANCH':
      return insert(encode.branch('eq', 0, 0, distance) & BRANCH_FIELDS)
    case 'JAL':
      return insert(encode.jal(0, distance) & JUMP_FIELDS)
    case 'CALL_PLT': {
      const far = encode.split(distance)
      insert(far.upper)
      const second = view.getUint32(offset + 4, true) | (far.lower << 20)
      return view.setUint32(offset + 4, second >>> 0, true)
    }
    case 'PCREL_HI20':
      return insert(encode.split(distance).upper)
    case 'HI20':
      return insert(upper)
    case 'LO12_I':
    case 'PCREL_LO12_I':
      return insert(lower << 20)
    case 'LO12_S':
    case 'PCREL_LO12_S':
      return insert(encode.store('store8', 0, 0, lower) & BRANCH_FIELDS)
    case 'RVC_BRANCH':
      return add16(compressedBranch(distance))
    case 'RVC_JUMP':
      return add16(compressedJump(distance))
    case 'SET8':
      return view.setUint8(offset, target)
    case 'SET16':
      return view.setUint16(offset, target, true)
    case 'ADD8':
      return add8(target)
    case 'ADD16':
      return add16(target)
    case 'SUB8':
      return add8(-target)
    case 'SUB16':
      return add16(-target)
    case 'ADD32':
      return view.setUint32(offset, view.getUint32(offset, true) + target, true)
    case 'SUB32':
      return view.setUint32(offset, view.getUint32(offset, true) - target, true)
  }
}

/** Gathers bits of a number: pairs of the source's bit and the target's bit. */
function scatter(value: number, pairs: readonly (readonly [number, number])[]): number {
  return pairs.reduce((sum, [from, to]) => sum | (((value >> from) & 1) << to), 0)
}

const CB: readonly (readonly [number, number])[] = [
  [8, 12],
  [4, 11],
  [3, 10],
  [7, 6],
  [6, 5],
  [2, 4],
  [1, 3],
  [5, 2],
]

const CJ: readonly (readonly [number, number])[] = [
  [11, 12],
  [4, 11],
  [9, 10],
  [8, 9],
  [10, 8],
  [6, 7],
  [7, 6],
  [3, 5],
  [2, 4],
  [1, 3],
  [5, 2],
]

function compressedBranch(distance: number): number {
  if (distance < -256 || distance > 254) throw new BackendError('limit', 'a c.branch is too far')
  return scatter(distance, CB)
}

function compressedJump(distance: number): number {
  if (distance < -2048 || distance > 2046) throw new BackendError('limit', 'a c.j is too far')
  return scatter(distance, CJ)
}
