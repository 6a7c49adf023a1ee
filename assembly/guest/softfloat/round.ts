/** Rounding to integral numbers (IEEE 754, §5.9). 32-bit numbers go through 64 bits, where all of them are exact. */
import { f32_demote_f64, f64_promote_f32 } from './convert';
import { BIAS64, exponent64, isNaN64, NAN64, SIGN64 } from './pack';

const ONE: u64 = 0x3ff0000000000000;
const HALF: u64 = 0x3fe0000000000000;

export function f64_trunc(x: u64): u64 {
  if (isNaN64(x)) return NAN64;
  const e = exponent64(x) - BIAS64;
  if (e < 0) return x & SIGN64;
  return e >= 52 ? x : x & ~(((<u64>1) << (52 - e)) - 1);
}

/** Rounds away from zero in the direction of `sign`. */
function towards(x: u64, sign: u64): u64 {
  const whole = f64_trunc(x);
  if (whole == x || isNaN64(x) || (x & SIGN64) != sign) return whole;
  const e = exponent64(x) - BIAS64;
  return e < 0 ? sign | ONE : whole + ((<u64>1) << (52 - e));
}

export function f64_ceil(x: u64): u64 {
  return towards(x, 0);
}

export function f64_floor(x: u64): u64 {
  return towards(x, SIGN64);
}

/** To the nearest integral number, ties to even. */
export function f64_nearest(x: u64): u64 {
  if (isNaN64(x)) return NAN64;
  const e = exponent64(x) - BIAS64;
  if (e >= 52) return x;
  const sign = x & SIGN64;
  if (e < 0) return (x & ~SIGN64) > HALF ? sign | ONE : sign;
  const unit = (<u64>1) << (52 - e);
  const rest = x & (unit - 1);
  const whole = x & ~(unit - 1);
  const half = unit >> 1;
  // The unit's own bit tells odd from even; for e = 0 it is the exponent's lowest bit, which is one as 1 is odd.
  if (rest > half || (rest == half && (whole & unit) != 0)) return whole + unit;
  return whole;
}

export function f32_trunc(x: u32): u32 {
  return f32_demote_f64(f64_trunc(f64_promote_f32(x)));
}

export function f32_ceil(x: u32): u32 {
  return f32_demote_f64(f64_ceil(f64_promote_f32(x)));
}

export function f32_floor(x: u32): u32 {
  return f32_demote_f64(f64_floor(f64_promote_f32(x)));
}

export function f32_nearest(x: u32): u32 {
  return f32_demote_f64(f64_nearest(f64_promote_f32(x)));
}
