/**
 * Addition, multiplication, division and square root of 64-bit numbers (IEEE 754, §5.4). 32-bit operations compute with 64 bits and
 * round once more, which gives the same result because 53 ≥ 2 · 24 + 2.
 */
import { i64_clz } from '../support/integer';
import { f32_demote_f64, f64_promote_f32 } from './convert';
import {
  BIAS64,
  exponent64,
  HIDDEN64,
  INFINITY64,
  isNaN64,
  NAN64,
  pack64,
  shiftSticky,
  SIGN64,
  significand64,
} from './pack';

export function f64_add(a: u64, b: u64): u64 {
  if ((a & ~SIGN64) < (b & ~SIGN64)) {
    const held = a;
    a = b;
    b = held;
  }
  const sign = a & SIGN64;
  const same = ((a ^ b) & SIGN64) == 0;
  if (exponent64(a) == 0x7ff) {
    if (isNaN64(a)) return NAN64;
    return exponent64(b) == 0x7ff && !same ? NAN64 : a;
  }
  let e = max(exponent64(a), 1);
  const distance = e - max(exponent64(b), 1);
  const large = significand64(a) << 10;
  const small = shiftSticky(significand64(b) << 10, distance);
  if (same) {
    let sum = large + small;
    if (<i64>sum < 0) {
      sum = (sum >> 1) | (sum & 1);
      e++;
    }
    return pack64(sign, e, sum);
  }
  const difference = large - small;
  if (difference == 0) return 0;
  const shift = min(<i32>i64_clz(difference) - 1, e - 1);
  return pack64(sign, e - shift, difference << shift);
}

export function f64_sub(a: u64, b: u64): u64 {
  return isNaN64(b) ? NAN64 : f64_add(a, b ^ SIGN64);
}

/** The upper 64 bits of a product, with ones below them visible in the lowest bit. */
function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const low = aLow * bLow;
  const first = aHigh * bLow + (low >> 32);
  const second = aLow * bHigh + (first & 0xffffffff);
  const high = aHigh * bHigh + (first >> 32) + (second >> 32);
  return <u32>second != 0 || <u32>low != 0 ? high | 1 : high;
}

export function f64_mul(a: u64, b: u64): u64 {
  const sign = (a ^ b) & SIGN64;
  const x = a & ~SIGN64;
  const y = b & ~SIGN64;
  if (x > INFINITY64 || y > INFINITY64) return NAN64;
  if (x == INFINITY64 || y == INFINITY64) return x == 0 || y == 0 ? NAN64 : sign | INFINITY64;
  if (x == 0 || y == 0) return sign;
  const xShift = leadingShift(x);
  const yShift = leadingShift(y);
  const e = max(exponent64(x), 1) + max(exponent64(y), 1) - xShift - yShift - BIAS64;
  const product = multiplyHigh(
    significand64(x) << (10 + xShift),
    significand64(y) << (11 + yShift),
  );
  return product >> 62 != 0 ? pack64(sign, e + 1, product) : pack64(sign, e, product << 1);
}

/** How far a magnitude's significand is from having its leading one at bit 52. */
function leadingShift(x: u64): i32 {
  return x >= HIDDEN64 ? 0 : <i32>i64_clz(x) - 11;
}

export function f64_div(a: u64, b: u64): u64 {
  const sign = (a ^ b) & SIGN64;
  const x = a & ~SIGN64;
  const y = b & ~SIGN64;
  if (x > INFINITY64 || y > INFINITY64) return NAN64;
  if (x == INFINITY64) return y == INFINITY64 ? NAN64 : sign | INFINITY64;
  if (y == INFINITY64) return sign;
  if (y == 0) return x == 0 ? NAN64 : sign | INFINITY64;
  if (x == 0) return sign;
  const xShift = leadingShift(x);
  const yShift = leadingShift(y);
  let e = max(exponent64(x), 1) - xShift - max(exponent64(y), 1) + yShift + BIAS64;
  let dividend = significand64(x) << xShift;
  const divisor = significand64(y) << yShift;
  if (dividend < divisor) {
    dividend <<= 1;
    e--;
  }
  // One bit and five digits of eleven bits.
  let rest = dividend - divisor;
  let quotient: u64 = 1;
  for (let i = 0; i < 5; i++) {
    rest <<= 11;
    const digit = rest / divisor;
    rest -= digit * divisor;
    quotient = (quotient << 11) | digit;
  }
  return pack64(sign, e, (quotient << 7) | (rest != 0 ? 1 : 0));
}

export function f64_sqrt(a: u64): u64 {
  if (isNaN64(a)) return NAN64;
  if ((a & ~SIGN64) == 0) return a;
  if ((a & SIGN64) != 0) return NAN64;
  if (a == INFINITY64) return a;
  const shift = leadingShift(a);
  const e = max(exponent64(a), 1) - shift - BIAS64;
  let radicand = significand64(a) << (shift + 10 + (e & 1));
  // Two bits of the radicand give one bit of the root: 27 pairs, then zeros.
  let root: u64 = 0;
  let rest: u64 = 0;
  for (let i = 0; i < 55; i++) {
    rest = (rest << 2) | (radicand >> 62);
    radicand <<= 2;
    const trial = (root << 2) | 1;
    root <<= 1;
    if (rest >= trial) {
      rest -= trial;
      root |= 1;
    }
  }
  return pack64(0, (e >> 1) + BIAS64, (root << 8) | (rest != 0 ? 1 : 0));
}

export function f32_add(a: u32, b: u32): u32 {
  return f32_demote_f64(f64_add(f64_promote_f32(a), f64_promote_f32(b)));
}

export function f32_sub(a: u32, b: u32): u32 {
  return f32_demote_f64(f64_sub(f64_promote_f32(a), f64_promote_f32(b)));
}

export function f32_mul(a: u32, b: u32): u32 {
  return f32_demote_f64(f64_mul(f64_promote_f32(a), f64_promote_f32(b)));
}

export function f32_div(a: u32, b: u32): u32 {
  return f32_demote_f64(f64_div(f64_promote_f32(a), f64_promote_f32(b)));
}

export function f32_sqrt(a: u32): u32 {
  return f32_demote_f64(f64_sqrt(f64_promote_f32(a)));
}
