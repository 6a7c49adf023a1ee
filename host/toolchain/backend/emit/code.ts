/**
 * Machine code before its addresses are known: a list of items, each one instruction word (or data word) with the fix that its
 * address-dependent field needs. Labels are places between items.
 */

import type { Place } from '../../dwarf/information.ts'
import type { Homes, LiveSlot } from '../ir/ir.ts'
import { NOWHERE } from '../ir/ir.ts'

/** A place in the code; the linker sets `address`. */
export class Label {
  address = 0
}

/**
 * What the linker fills in: a conditional branch, a jump or call (`rd` in the word), the upper or lower part of a symbol's address
 * in the three instruction formats, or a whole word.
 */
export type Fix = 'none' | 'branch' | 'jump' | 'high' | 'lowI' | 'lowS' | 'word'

export interface Item {
  word: number
  fix: Fix
  target: Label | string | undefined
  addend: number
  /** Where the wasm instruction is in its body, for line tables, or NOWHERE. */
  at: number
  /** Labels in front of the item. */
  labels: Label[]
}

/** From an item of the code on: the stack pointer is `bytes` below the caller's, and registers are saved at offsets from that. */
export interface CodeUnwind {
  item: number
  bytes: number
  saved: [register: number, offset: number][]
}

/** A variable of the source that is in memory while the function runs. */
export interface CodeVariable {
  name: string
  words: number
  parameter: boolean
  place: Place
}

/** What is known of a coroutine: its frame, and its suspension points in the order of its states. */
export interface CodeCoroutine {
  frameBytes: number
  states: { line: number; resume: Label; slots: LiveSlot[] }[]
}

/** The code of one function, or of one table behind it. */
export interface FunctionCode {
  name: string
  items: Item[]
  /** Local symbols such as jump tables. */
  symbols: Map<string, Label>
  /** Labels behind the last item. */
  end: Label[]
  /** Bytes of stack the function uses. */
  frameBytes: number
  coroutine: CodeCoroutine | undefined
  /** Where the source's variables stay, of a function that is to be debugged. */
  homes: Homes | undefined
  unwind: CodeUnwind[]
  variables: CodeVariable[]
  /** The machine register that holds the frame, of a coroutine. */
  frameRegister: number | undefined
}

export class CodeBuffer {
  readonly items: Item[] = []
  private pending: Label[] = []
  at = NOWHERE

  word(word: number): void {
    this.put(word, 'none', undefined, 0)
  }

  fixed(word: number, fix: Fix, target: Label | string, addend = 0): void {
    this.put(word, fix, target, addend)
  }

  place(label: Label): void {
    this.pending.push(label)
  }

  /** Labels that nothing follows. */
  finish(): Label[] {
    return this.pending
  }

  private put(word: number, fix: Fix, target: Label | string | undefined, addend: number): void {
    this.items.push({ word, fix, target, addend, at: this.at, labels: this.pending })
    this.pending = []
  }
}
