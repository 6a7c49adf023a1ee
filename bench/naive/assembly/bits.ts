/** The instructions of Zba, Zbb and Zbs: a switch over the bits that tell them apart. */
import { classCost } from '../cpu/timing'
import { orBytes } from '../cpu/arithmetic'
import { CLASS_alu, CLASS_rotate } from './instructions'

/** What the last instruction gave, and its cycles. */
export let result: u32 = 0
export let bitsCost: u32 = 0

/** Do an instruction on two registers, or on one and a constant as `b`; false if it is none of these. */
export function computeBits(word: u32, a: u32, b: u32): bool {
  bitsCost = classCost(CLASS_alu)
  switch (word & 0xfe00707f) {
    case 0x20002033:
      return give((a << 1) + b)
    case 0x20004033:
      return give((a << 2) + b)
    case 0x20006033:
      return give((a << 3) + b)
    case 0x40007033:
      return give(a & ~b)
    case 0x40006033:
      return give(a | ~b)
    case 0x40004033:
      return give(~(a ^ b))
    case 0x0a006033:
      return give(max<i32>(a, b))
    case 0x0a007033:
      return give(max<u32>(a, b))
    case 0x0a004033:
      return give(min<i32>(a, b))
    case 0x0a005033:
      return give(min<u32>(a, b))
    case 0x08004033:
      return give(a & 0xffff)
    case 0x60001033:
      return rotate(rotl<u32>(a, b))
    case 0x60005033:
    case 0x60005013:
      return rotate(rotr<u32>(a, b))
    case 0x48001033:
    case 0x48001013:
      return give(a & ~(1 << b))
    case 0x48005033:
    case 0x48005013:
      return give((a >> b) & 1)
    case 0x68001033:
    case 0x68001013:
      return give(a ^ (1 << b))
    case 0x28001033:
    case 0x28001013:
      return give(a | (1 << b))
    default:
      return computeOne(word, a)
  }
}

/** Those on one register. */
function computeOne(word: u32, a: u32): bool {
  switch (word & 0xfff0707f) {
    case 0x60001013:
      return give(clz<u32>(a))
    case 0x60101013:
      return give(ctz<u32>(a))
    case 0x60201013:
      return give(popcnt<u32>(a))
    case 0x60401013:
      return give(<i32>(<i8>a))
    case 0x60501013:
      return give(<i32>(<i16>a))
    case 0x28705013:
      return give(orBytes(a))
    case 0x69805013:
      return give(bswap<u32>(a))
    default:
      return false
  }
}

function give(value: u32): bool {
  result = value
  return true
}

function rotate(value: u32): bool {
  bitsCost = classCost(CLASS_rotate)
  return give(value)
}
