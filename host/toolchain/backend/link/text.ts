/**
 * Places code and fills in addresses. Branches and calls start short and grow when their target is out of reach; since growing
 * only ever moves things apart, repeating until nothing grows ends.
 */
import { BackendError } from '../errors.ts'
import type { FunctionCode, Item } from '../emit/code.ts'
import { Label } from '../emit/code.ts'
import * as encode from '../emit/encode.ts'
import { RA, X0 } from '../emit/registers.ts'
import { LONG, reachOf, SHORT, ShortForms, withDistance, WORD } from './sizes.ts'

/** Address of a symbol; throws for an unknown one. */
export type Resolve = (symbol: string) => number

export interface PlacedFunction {
  code: FunctionCode
  address: number
  size: number
}

/** A piece of finished code: 16 or 32 bits. */
interface Piece {
  bits: number
  bytes: number
}

const isData = (item: Item): boolean => item.fix === 'word'

export class Text {
  readonly functions: PlacedFunction[]
  private readonly sizes = new Map<Item, number>()
  private readonly base: number
  private readonly shortForms: ShortForms | undefined

  constructor(codes: readonly FunctionCode[], base: number, compressed: boolean) {
    this.base = base
    this.functions = codes.map((code) => ({ code, address: 0, size: 0 }))
    this.shortForms = compressed ? new ShortForms() : undefined
    for (const { items } of codes) {
      for (const item of items) this.sizes.set(item, this.shortForms?.smallest(item) ?? WORD)
    }
  }

  /** Fixes all addresses. `external` gives the addresses of symbols outside, which must not depend on the text's size. */
  place(external: (symbol: string) => number | undefined): void {
    const symbols = new Map<string, PlacedFunction>()
    for (const placed of this.functions) symbols.set(placed.code.name, placed)
    const address = (symbol: string): number | undefined =>
      symbols.get(symbol)?.address ?? external(symbol)
    do this.assign()
    while (this.grow(address))
  }

  get end(): number {
    const last = this.functions[this.functions.length - 1]
    return last === undefined ? this.base : last.address + last.size
  }

  private assign(): void {
    let address = this.base
    for (const placed of this.functions) {
      placed.address = address
      for (const { item, at } of this.walk(placed)) {
        for (const label of item.labels) label.address = at
        address = at + this.sizes.get(item)!
      }
      for (const label of placed.code.end) label.address = address
      placed.size = address - placed.address
    }
  }

  /** Items with their addresses. Tables are aligned to words. */
  private *walk({ code, address }: PlacedFunction): Generator<{ item: Item; at: number }> {
    let at = address
    for (const item of code.items) {
      if (isData(item)) at = Math.ceil(at / WORD) * WORD
      yield { item, at }
      at += this.sizes.get(item)!
    }
  }

  private grow(resolve: (symbol: string) => number | undefined): boolean {
    let grew = false
    for (const placed of this.functions) {
      for (const { item, at } of this.walk(placed)) {
        if (item.fix !== 'branch' && item.fix !== 'jump') continue
        const { target } = item
        const address = target instanceof Label ? target.address : resolve(target!)
        const distance = address === undefined ? undefined : address - at
        const size = this.sizes.get(item)!
        const needed = this.sizeFor(item, size, distance)
        if (needed <= size) continue
        this.sizes.set(item, needed)
        grew = true
      }
    }
    return grew
  }

  private sizeFor(item: Item, size: number, distance: number | undefined): number {
    if (this.shortForms !== undefined) return this.shortForms.needed(item, size, distance)
    return distance === undefined || Math.abs(distance) >= reachOf(item) ? LONG : WORD
  }

  /** The items of a function with their addresses. */
  itemAddresses(index: number): Iterable<{ at: number; item: Item }> {
    return this.walk(this.functions[index])
  }

  /** The finished bytes. */
  encode(resolve: Resolve): Uint8Array {
    const bytes = new Uint8Array(this.end - this.base)
    const view = new DataView(bytes.buffer)
    for (const placed of this.functions) {
      const locate = (item: Item): number => {
        if (item.target instanceof Label) return item.target.address + item.addend
        const local = placed.code.symbols.get(item.target!)
        return (local?.address ?? resolve(item.target!)) + item.addend
      }
      for (const { item, at } of this.walk(placed)) {
        let offset = at - this.base
        for (const { bits, bytes: size } of this.pieces(item, at, locate)) {
          if (size === SHORT) view.setUint16(offset, bits, true)
          else view.setUint32(offset, bits, true)
          offset += size
        }
      }
    }
    return bytes
  }

  private pieces(item: Item, address: number, locate: (item: Item) => number): Piece[] {
    const whole = this.words(item, address, locate)
    if (this.sizes.get(item) !== SHORT) return whole.map((bits) => ({ bits, bytes: WORD }))
    return [{ bits: this.shortForms!.of(whole[0])!, bytes: SHORT }]
  }

  private words(item: Item, address: number, locate: (item: Item) => number): number[] {
    if (item.fix === 'none') return [item.word]
    const target = locate(item)
    const { upper, lower } = encode.split(target)
    switch (item.fix) {
      case 'word':
        return [target >>> 0]
      case 'high':
        return [(item.word | upper) >>> 0]
      case 'lowI':
        return [(item.word | (lower << 20)) >>> 0]
      case 'lowS':
        return [(item.word | (encode.store('store8', X0, X0, lower) & 0xfe000f80)) >>> 0]
      default:
        return this.transfer(item, target - address)
    }
  }

  private transfer(item: Item, distance: number): number[] {
    if (this.sizes.get(item) !== LONG) return [withDistance(item, distance)]
    return item.fix === 'branch' ? farBranch(item, distance) : farJump(item, distance)
  }
}

/** The opposite branch over a jump. */
function farBranch(item: Item, distance: number): number[] {
  const jump = distance - WORD
  if (Math.abs(jump) >= reachOf({ ...item, fix: 'jump' })) {
    throw new BackendError('limit', 'a branch target is too far')
  }
  const opposite = { ...item, word: item.word ^ 0x1000 }
  return [withDistance(opposite, LONG), encode.jal(X0, jump)]
}

function farJump(item: Item, distance: number): number[] {
  if (((item.word >>> 7) & 31) !== RA) {
    throw new BackendError('limit', 'a function is too large for its jumps')
  }
  const { upper, lower } = encode.split(distance)
  return [encode.auipc(RA, upper), encode.jalr(RA, RA, lower)]
}
