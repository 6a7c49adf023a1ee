/**
 * Which form an item of code takes: 16 bits where the C extension has one and it is wanted, 32 bits, or two instructions for a branch
 * or call whose target is far away.
 */
import { compress } from '../../asm/compress.ts'
import { decodeFields, encode as encodeRow, lookUp } from '../../asm/encode.ts'
import type { Item } from '../emit/code.ts'
import * as encode from '../emit/encode.ts'

export const SHORT = 2
export const WORD = 4
export const LONG = 8

/** Where the immediate of a conditional branch is. */
const BRANCH_FIELDS = 0xfe000f80
const BRANCH_REACH = 4096 - 16
const JUMP_REACH = 0x100000 - 16
/** A distance that every 16-bit form reaches. */
const NEAR = 16

/** The word of a branch or jump with its distance. */
export function withDistance(item: Item, distance: number): number {
  if (item.fix === 'jump') return encode.jal((item.word >>> 7) & 31, distance)
  return (
    ((item.word & ~BRANCH_FIELDS) | (encode.branch('eq', 0, 0, distance) & BRANCH_FIELDS)) >>> 0
  )
}

export const reachOf = (item: Item): number => (item.fix === 'branch' ? BRANCH_REACH : JUMP_REACH)

/** Remembers the forms of words; code repeats itself. */
export class ShortForms {
  private readonly known = new Map<number, number | undefined>()

  /** The 16-bit form of an instruction word, or undefined. `ebreak` stays whole: reports read the word behind it. */
  of(word: number): number | undefined {
    if (this.known.has(word)) return this.known.get(word)
    const row = word === encode.EBREAK ? undefined : lookUp(word)
    const choice = row && compress(row, decodeFields(row, word))
    const short = choice && encodeRow(choice.row, choice.fields)
    this.known.set(word, short)
    return short
  }

  /** The smallest size an item can have, before distances are known. */
  smallest(item: Item): number {
    if (item.fix === 'none') return this.of(item.word) === undefined ? WORD : SHORT
    if (item.fix !== 'branch' && item.fix !== 'jump') return WORD
    return this.of(withDistance(item, NEAR)) === undefined ? WORD : SHORT
  }

  /** The size an item needs for a distance; undefined is a target of unknown place. */
  needed(item: Item, size: number, distance: number | undefined): number {
    if (distance === undefined || Math.abs(distance) >= reachOf(item)) return LONG
    const fits = size === SHORT && this.of(withDistance(item, distance)) !== undefined
    return fits ? SHORT : WORD
  }
}
