/** Conversions between widths and from and to integers (WebAssembly core specification §4.3.4). */
import { i32_clz, i64_clz } from '../support/integer';
import { f64_ge, f64_gt, f64_lt } from './compare';
import {
  BIAS64,
  exponent64,
  INFINITY32,
  INFINITY64,
  isNaN32,
  isNaN64,
  NAN32,
  NAN64,
  pack32,
  pack64,
  shiftSticky,
  SIGN32,
  significand64,
} from './pack';

const BIAS32: i32 = 127;

const MINUS_ONE: u64 = 0xbff0000000000000;
const TWO_31: u64 = 0x41e0000000000000;
const TWO_32: u64 = 0x41f0000000000000;
const TWO_63: u64 = 0x43e0000000000000;
const TWO_64: u64 = 0x43f0000000000000;
const MINUS_TWO_31_LESS_ONE: u64 = 0xc1e0000000200000;
const MINUS_TWO_63: u64 = 0xc3e0000000000000;

export function f64_promote_f32(x: u32): u64 {
  const sign = (<u64>(x & SIGN32)) << 32;
  const rest = x & ~SIGN32;
  if (rest == 0) return sign;
  if (isNaN32(x)) return NAN64;
  if (rest == INFINITY32) return sign | INFINITY64;
  let e = <i32>(rest >> 23);
  let fraction = rest & 0x007fffff;
  if (e == 0) {
    const shift = i32_clz(fraction) - 8;
    fraction = (fraction << shift) & 0x007fffff;
    e = 1 - <i32>shift;
  }
  return sign | ((<u64>(e - BIAS32 + BIAS64)) << 52) | ((<u64>fraction) << 29);
}

export function f32_demote_f64(x: u64): u32 {
  const sign = (<u32>(x >> 32)) & SIGN32;
  if (isNaN64(x)) return NAN32;
  const e = exponent64(x);
  if (e == 0x7ff) return sign | INFINITY32;
  if (e == 0) return sign; // far below the smallest 32-bit number
  return pack32(sign, e - BIAS64 + BIAS32, <u32>shiftSticky(significand64(x), 22));
}

/** A magnitude and a sign as a 64-bit number. */
function fromInteger64(sign: u64, magnitude: u64): u64 {
  if (magnitude == 0) return 0;
  const shift = <i32>i64_clz(magnitude);
  const normal = magnitude << shift;
  return pack64(sign, BIAS64 + 63 - shift, (normal >> 1) | (normal & 1));
}

function fromInteger32(sign: u32, magnitude: u64): u32 {
  if (magnitude == 0) return 0;
  const shift = <i32>i64_clz(magnitude);
  return pack32(sign, BIAS32 + 63 - shift, <u32>shiftSticky(magnitude << shift, 33));
}

export function f64_convert_i64_u(x: u64): u64 {
  return fromInteger64(0, x);
}

export function f64_convert_i64_s(x: i64): u64 {
  return x < 0 ? fromInteger64(1 << 63, 0 - x) : fromInteger64(0, x);
}

export function f64_convert_i32_u(x: u32): u64 {
  return fromInteger64(0, <u64>x);
}

export function f64_convert_i32_s(x: i32): u64 {
  return f64_convert_i64_s(<i64>x);
}

export function f32_convert_i64_u(x: u64): u32 {
  return fromInteger32(0, x);
}

export function f32_convert_i64_s(x: i64): u32 {
  return x < 0 ? fromInteger32(SIGN32, 0 - x) : fromInteger32(0, x);
}

export function f32_convert_i32_u(x: u32): u32 {
  return fromInteger32(0, <u64>x);
}

export function f32_convert_i32_s(x: i32): u32 {
  return f32_convert_i64_s(<i64>x);
}

/** The integral part of a magnitude below 2^64. */
function magnitudeOf(x: u64): u64 {
  const e = exponent64(x) - BIAS64;
  if (e < 0) return 0;
  const m = significand64(x);
  return e >= 52 ? m << (e - 52) : m >> (52 - e);
}

function signed(x: u64): i64 {
  const magnitude = magnitudeOf(x);
  return <i64>x < 0 ? 0 - magnitude : magnitude;
}

export function i32_trunc_sat_f64_s(x: u64): i32 {
  if (isNaN64(x)) return 0;
  if (!f64_lt(x, TWO_31)) return i32.MAX_VALUE;
  return f64_gt(x, MINUS_TWO_31_LESS_ONE) ? <i32>signed(x) : i32.MIN_VALUE;
}

export function i32_trunc_sat_f64_u(x: u64): u32 {
  if (!f64_gt(x, 0)) return 0;
  return f64_lt(x, TWO_32) ? <u32>magnitudeOf(x) : u32.MAX_VALUE;
}

export function i64_trunc_sat_f64_s(x: u64): i64 {
  if (isNaN64(x)) return 0;
  if (!f64_lt(x, TWO_63)) return i64.MAX_VALUE;
  return f64_ge(x, MINUS_TWO_63) ? signed(x) : i64.MIN_VALUE;
}

export function i64_trunc_sat_f64_u(x: u64): u64 {
  if (!f64_gt(x, 0)) return 0;
  return f64_lt(x, TWO_64) ? magnitudeOf(x) : u64.MAX_VALUE;
}

export function i32_trunc_sat_f32_s(x: u32): i32 {
  return i32_trunc_sat_f64_s(f64_promote_f32(x));
}

export function i32_trunc_sat_f32_u(x: u32): u32 {
  return i32_trunc_sat_f64_u(f64_promote_f32(x));
}

export function i64_trunc_sat_f32_s(x: u32): i64 {
  return i64_trunc_sat_f64_s(f64_promote_f32(x));
}

export function i64_trunc_sat_f32_u(x: u32): u64 {
  return i64_trunc_sat_f64_u(f64_promote_f32(x));
}

/** Whether the truncated number is in range, so that the trapping conversion may go on. */
export function i32_fits_f64_s(x: u64): bool {
  return f64_gt(x, MINUS_TWO_31_LESS_ONE) && f64_lt(x, TWO_31);
}

export function i32_fits_f64_u(x: u64): bool {
  return f64_gt(x, MINUS_ONE) && f64_lt(x, TWO_32);
}

export function i64_fits_f64_s(x: u64): bool {
  return f64_ge(x, MINUS_TWO_63) && f64_lt(x, TWO_63);
}

export function i64_fits_f64_u(x: u64): bool {
  return f64_gt(x, MINUS_ONE) && f64_lt(x, TWO_64);
}

export function i32_fits_f32_s(x: u32): bool {
  return i32_fits_f64_s(f64_promote_f32(x));
}

export function i32_fits_f32_u(x: u32): bool {
  return i32_fits_f64_u(f64_promote_f32(x));
}

export function i64_fits_f32_s(x: u32): bool {
  return i64_fits_f64_s(f64_promote_f32(x));
}

export function i64_fits_f32_u(x: u32): bool {
  return i64_fits_f64_u(f64_promote_f32(x));
}
