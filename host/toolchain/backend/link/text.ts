/**
 * Places code and fills in addresses. Branches and calls start short and grow when their target is out of reach; since growing
 * only ever moves things apart, repeating until nothing grows ends.
 */
import { BackendError } from '../errors.ts'
import type { FunctionCode, Item } from '../emit/code.ts'
import { Label } from '../emit/code.ts'
import * as encode from '../emit/encode.ts'
import { RA, X0 } from '../emit/registers.ts'

const WORD = 4
const BRANCH_REACH = 4096 - 16
const JUMP_REACH = 0x100000 - 16

/** Address of a symbol; throws for an unknown one. */
export type Resolve = (symbol: string) => number

export interface PlacedFunction {
  code: FunctionCode
  address: number
  size: number
}

export class Text {
  readonly functions: PlacedFunction[]
  private readonly long = new Set<Item>()
  private readonly base: number

  constructor(codes: readonly FunctionCode[], base: number) {
    this.base = base
    this.functions = codes.map((code) => ({ code, address: 0, size: 0 }))
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
      for (const item of placed.code.items) {
        for (const label of item.labels) label.address = address
        address += this.sizeOf(item)
      }
      for (const label of placed.code.end) label.address = address
      placed.size = address - placed.address
    }
  }

  private sizeOf(item: Item): number {
    return this.long.has(item) ? 2 * WORD : WORD
  }

  private grow(resolve: (symbol: string) => number | undefined): boolean {
    let grew = false
    for (const placed of this.functions) {
      let address = placed.address
      for (const item of placed.code.items) {
        const at = address
        address += this.sizeOf(item)
        const reach = item.fix === 'branch' ? BRANCH_REACH : item.fix === 'jump' ? JUMP_REACH : 0
        if (reach === 0 || this.long.has(item)) continue
        const target =
          item.target instanceof Label ? item.target.address : resolve(item.target as string)
        if (target !== undefined && Math.abs(target - at) < reach) continue
        this.long.add(item)
        grew = true
      }
    }
    return grew
  }

  /** The items of a function with their addresses. */
  *itemAddresses(index: number): Generator<{ at: number; item: Item }> {
    const { code, address } = this.functions[index]
    let at = address
    for (const item of code.items) {
      yield { at, item }
      at += this.sizeOf(item)
    }
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
      let offset = placed.address - this.base
      for (const item of placed.code.items) {
        for (const word of this.words(item, this.base + offset, locate)) {
          view.setUint32(offset, word, true)
          offset += WORD
        }
      }
    }
    return bytes
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
      case 'branch':
        return this.branchWords(item, target - address)
      case 'jump':
        return this.jumpWords(item, target - address)
    }
  }

  /** A far branch is the opposite branch over a jump. */
  private branchWords(item: Item, distance: number): number[] {
    const field = (offset: number): number => encode.branch('eq', X0, X0, offset) & 0xfe000f80
    if (!this.long.has(item)) return [(item.word | field(distance)) >>> 0]
    const opposite = item.word ^ 0x1000
    const jump = distance - WORD
    if (Math.abs(jump) >= JUMP_REACH) throw new BackendError('limit', 'a branch target is too far')
    return [(opposite | field(2 * WORD)) >>> 0, encode.jal(X0, jump)]
  }

  private jumpWords(item: Item, distance: number): number[] {
    const rd = (item.word >>> 7) & 31
    if (!this.long.has(item)) return [encode.jal(rd, distance)]
    if (rd !== RA) throw new BackendError('limit', 'a function is too large for its jumps')
    const { upper, lower } = encode.split(distance)
    return [encode.auipc(RA, upper), encode.jalr(RA, RA, lower)]
  }
}
