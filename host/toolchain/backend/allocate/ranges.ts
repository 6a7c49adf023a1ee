/**
 * Live ranges with holes. Instructions are numbered in layout order in steps of four: operands are read at 4i, registers a call
 * destroys are dead over [4i + 1, 4i + 2), results exist from 4i + 2. A range is a sorted list of half-open segments.
 */
import type { Block, Instruction, IrFunction, Register } from '../ir/ir.ts'
import { ZERO } from '../ir/ir.ts'
import { computeLiveness } from './liveness.ts'

/** start, end, start, end, … ascending and disjoint. */
export type Range = number[]

export const STEP = 4
export const CLOBBER = 1
export const RESULT = 2

export interface LiveRanges {
  /** Range by register; missing for a register that is never mentioned. */
  readonly ranges: (Range | undefined)[]
  /** Estimated executions of the reads and writes. */
  readonly weights: Float64Array
  readonly instructions: readonly Instruction[]
  /** Block of each instruction. */
  readonly blocks: readonly Block[]
}

/** How often a block runs, against once for the function. */
export function frequency(block: Block): number {
  return block.cold ? 0.01 : 10 ** Math.min(block.depth, 8)
}

export function computeRanges(fn: IrFunction): LiveRanges {
  const liveness = computeLiveness(fn)
  const instructions: Instruction[] = []
  const blocks: Block[] = []
  for (const block of fn.blocks) {
    for (const item of block.code) {
      instructions.push(item)
      blocks.push(block)
    }
  }
  const ranges = new Array<Range | undefined>(fn.registers)
  const weights = new Float64Array(fn.registers)
  let end = instructions.length
  for (let i = fn.blocks.length - 1; i >= 0; i--) {
    const block = fn.blocks[i]
    const start = end - block.code.length
    scanBlock(block, start, liveness.liveOut(block), ranges, weights)
    end = start
  }
  for (const range of ranges) range?.reverse()
  return { ranges, weights, instructions, blocks }
}

/** Walks a block backwards. Segments are kept in descending order (end, start) until the end of the whole walk. */
function scanBlock(
  block: Block,
  start: number,
  liveOut: readonly Register[],
  ranges: (Range | undefined)[],
  weights: Float64Array,
): void {
  const often = frequency(block)
  const open = new Map<Register, number>()
  for (const register of liveOut) open.set(register, STEP * (start + block.code.length))
  for (let i = block.code.length - 1; i >= 0; i--) {
    const at = STEP * (start + i)
    for (const register of block.code[i].defs) {
      weights[register] += often
      const end = open.get(register) ?? at + RESULT + 1
      open.delete(register)
      addSegment(ranges, register, at + RESULT, end)
    }
    for (const register of block.code[i].uses) {
      if (register === ZERO) continue
      weights[register] += often
      if (!open.has(register)) open.set(register, at + 1)
    }
  }
  for (const [register, end] of open) addSegment(ranges, register, STEP * start, end)
}

function addSegment(
  ranges: (Range | undefined)[],
  register: Register,
  start: number,
  end: number,
): void {
  const range = (ranges[register] ??= [])
  const last = range.length - 1
  if (last >= 0 && range[last] <= end) range[last] = start
  else range.push(end, start)
}

export function intersects(a: Range, b: Range): boolean {
  let i = 0
  let k = 0
  while (i < a.length && k < b.length) {
    if (a[i + 1] <= b[k]) i += 2
    else if (b[k + 1] <= a[i]) k += 2
    else return true
  }
  return false
}

/** The union of two ranges that do not intersect. */
export function mergeRanges(a: Range, b: Range): Range {
  const result: Range = []
  let i = 0
  let k = 0
  while (i < a.length || k < b.length) {
    const first = k >= b.length || (i < a.length && a[i] < b[k])
    const start = first ? a[i] : b[k]
    const end = first ? a[i + 1] : b[k + 1]
    if (first) i += 2
    else k += 2
    if (result.length > 0 && result[result.length - 1] === start) result[result.length - 1] = end
    else result.push(start, end)
  }
  return result
}

/** Positions covered. */
export function lengthOf(range: Range): number {
  let sum = 0
  for (let i = 0; i < range.length; i += 2) sum += range[i + 1] - range[i]
  return sum
}
