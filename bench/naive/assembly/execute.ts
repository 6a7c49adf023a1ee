/**
 * The interpreter one writes first, for comparison: fetch, decode and switch for every instruction, with the same costs and the same
 * results. It takes the place of assembly/machine/generated/execute.ts in a copy of the core (build.ts); devices, CSRs, traps and
 * whatever is not RV32IMC with Zba, Zbb and Zbs go the core's own way.
 */
import { ramAt, ramHolds } from '../bus'
import { budget, setBudget } from '../clock'
import { misalignment, pcOf } from '../cpu/decode'
import { addRetired, hart } from '../cpu/hart'
import { REACHED, begin, leave } from '../cpu/leave'
import { windowBase, windowHost, windowWords } from '../cpu/pmp'
import { COST, COUNT } from '../cpu/records'
import { classCost, divisionRefund, takenCost } from '../cpu/timing'
import {
  high,
  highMixed,
  highUnsigned,
  quotient,
  quotientUnsigned,
  remainder,
  remainderUnsigned,
} from '../cpu/arithmetic'
import { REGISTERS, WATCH, WATCH_SHIFT, RAM } from '../layout'
import {
  CLASS_alu,
  CLASS_branch,
  CLASS_div,
  CLASS_divu,
  CLASS_jump,
  CLASS_load,
  CLASS_mul,
  CLASS_mulh,
  CLASS_store,
} from './instructions'
import { bitsCost, computeBits, result } from './bits'
import { expand } from './expand'

/** Cycles of the instruction just done, and the bubble it leaves; 0 cycles if it was left to the core. */
let cost: u32 = 0
let bubble: u32 = 0
let next: u32 = 0

/** Run instructions until the turn of the hart is over. */
export function execute(r: usize): void {
  if (!r) return
  let pc = giveBack(r)
  let left = budget
  let done = 0
  while (left > 0) {
    const word = ramHolds(pc, 4) ? load<u32>(ramAt(pc)) : 0
    const short = (word & 3) != 3
    next = short ? pc + 2 : pc + 4
    bubble = 0
    const long = short ? expand(word) : word
    if (long != 0 && step(long, pc)) {
      left -= cost
      done++
      pc = next
      continue
    }
    setBudget(left)
    addRetired(done)
    hart.pc = pc
    const after = leave(begin(), REACHED, 0)
    if (!after) return
    pc = giveBack(after)
    left = budget
    done = 0
  }
  setBudget(left)
  addRetired(done)
  hart.pc = pc
  hart.bubble = bubble
}

/** The core has charged a block: take it back. Returns its pc. */
function giveBack(r: usize): u32 {
  setBudget(budget + load<u16>(r, COST))
  addRetired(-(<i32>load<u16>(r, COUNT)))
  return pcOf(r)
}

function x(index: u32): u32 {
  return load<u32>(index << 2, REGISTERS)
}

function write(word: u32, value: u32): void {
  const rd = (word >> 7) & 31
  if (rd) store<u32>(rd << 2, value, REGISTERS)
}

/** Do one 32-bit instruction; false if it is none of these or not plain. */
function step(word: u32, pc: u32): bool {
  const a = x((word >> 15) & 31)
  const b = x((word >> 20) & 31)
  const immediate = (<i32>word) >> 20
  cost = classCost(CLASS_alu)
  switch (word & 0x7f) {
    case 0x37:
      write(word, word & 0xfffff000)
      return true
    case 0x17:
      write(word, pc + (word & 0xfffff000))
      return true
    case 0x6f:
      return jump(word, pc + jumpOffset(word))
    case 0x67:
      return jump(word, (a + immediate) & ~1)
    case 0x63:
      return branch(word, pc, a, b)
    case 0x03:
      return loadFrom(word, a + immediate)
    case 0x23:
      return storeTo(word, a + ((((<i32>word) >> 25) << 5) | ((word >> 7) & 31)), b)
    case 0x13:
      return compute(word, a, immediate, immediateShift(word))
    case 0x33:
      return word >> 25 == 1 ? multiply(word, a, b) : compute(word, a, b, word >> 25)
    default:
      return false
  }
}

/** The bits that tell the shifts with a constant apart, 0 for the other instructions with one. */
function immediateShift(word: u32): u32 {
  const kind = (word >> 12) & 7
  if (kind == 1 || kind == 5) return word >> 25
  return 0
}

function compute(word: u32, a: u32, b: u32, kind: u32): bool {
  if (kind == 0) {
    switch ((word >> 12) & 7) {
      case 0:
        write(word, a + b)
        return true
      case 1:
        write(word, a << b)
        return true
      case 2:
        write(word, u32(<i32>a < <i32>b))
        return true
      case 3:
        write(word, u32(a < b))
        return true
      case 4:
        write(word, a ^ b)
        return true
      case 5:
        write(word, a >> b)
        return true
      case 6:
        write(word, a | b)
        return true
      default:
        write(word, a & b)
        return true
    }
  }
  const operation = (word >> 12) & 7
  if (kind == 0x20 && operation == 5) write(word, (<i32>a) >> b)
  else if (kind == 0x20 && operation == 0) write(word, a - b)
  else return bits(word, a, b)
  return true
}

function bits(word: u32, a: u32, b: u32): bool {
  if (!computeBits(word, a, b)) return false
  write(word, result)
  cost = bitsCost
  return true
}

function multiply(word: u32, a: u32, b: u32): bool {
  const operation = (word >> 12) & 7
  cost = classCost(operation == 0 ? CLASS_mul : CLASS_mulh)
  switch (operation) {
    case 0:
      write(word, a * b)
      return true
    case 1:
      write(word, high(a, b))
      return true
    case 2:
      write(word, highMixed(a, b))
      return true
    case 3:
      write(word, highUnsigned(a, b))
      return true
  }
  const signed = (operation & 1) == 0
  cost = classCost(signed ? CLASS_div : CLASS_divu) - divisionRefund(a, b, signed)
  if (operation == 4) write(word, quotient(a, b))
  else if (operation == 5) write(word, quotientUnsigned(a, b))
  else if (operation == 6) write(word, remainder(a, b))
  else write(word, remainderUnsigned(a, b))
  return true
}

function jumpOffset(word: u32): u32 {
  const sign = ((<i32>word) >> 31) << 20
  return sign | (word & 0xff000) | ((word >> 9) & 0x800) | ((word >> 20) & 0x7fe)
}

function jump(word: u32, target: u32): bool {
  write(word, next)
  bubble = misalignment(target)
  cost = classCost(CLASS_jump) + bubble
  next = target
  return true
}

function taken(word: u32, a: u32, b: u32): bool {
  switch ((word >> 12) & 7) {
    case 0:
      return a == b
    case 1:
      return a != b
    case 4:
      return <i32>a < <i32>b
    case 5:
      return <i32>a >= <i32>b
    case 6:
      return a < b
    default:
      return a >= b
  }
}

function branch(word: u32, pc: u32, a: u32, b: u32): bool {
  if (((word >> 13) & 3) == 1) return false
  cost = classCost(CLASS_branch)
  if (!taken(word, a, b)) return true
  const sign = ((<i32>word) >> 31) << 12
  const offset = sign | ((word << 4) & 0x800) | ((word >> 20) & 0x7e0) | ((word >> 7) & 0x1e)
  const more = misalignment(pc + offset)
  bubble = 1 + more
  cost += takenCost + more
  next = pc + offset
  return true
}

/** Where an aligned access to plain RAM goes; 0 if it is none. */
function plain(address: u32, width: u32): usize {
  const offset = address - windowBase
  if (offset >= windowWords << 2 || (offset & (width - 1)) != 0) return 0
  return windowHost + offset
}

function loadFrom(word: u32, address: u32): bool {
  const kind = (word >> 12) & 7
  const at = plain(address, 1 << (kind & 3))
  cost = classCost(CLASS_load)
  if (!at) return false
  if (kind == 0) write(word, load<i8>(at))
  else if (kind == 1) write(word, load<i16>(at))
  else if (kind == 2) write(word, load<u32>(at))
  else if (kind == 4) write(word, load<u8>(at))
  else if (kind == 5) write(word, load<u16>(at))
  else return false
  return true
}

function storeTo(word: u32, address: u32, value: u32): bool {
  const kind = (word >> 12) & 7
  const at = plain(address, 1 << (kind & 3))
  cost = classCost(CLASS_store)
  if (!at || load<u8>(at >> WATCH_SHIFT, WATCH - (RAM >> WATCH_SHIFT))) return false
  if (kind == 0) store<u8>(at, <u8>value)
  else if (kind == 1) store<u16>(at, <u16>value)
  else if (kind == 2) store<u32>(at, value)
  else return false
  return true
}
