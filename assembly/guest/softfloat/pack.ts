/**
 * The parts of IEEE 754 numbers, and rounding to nearest, ties to even, back into them. Numbers are bit patterns in u64 and u32. Every
 * NaN result is the canonical one, which WebAssembly allows wherever a NaN may come out.
 */

export const SIGN64: u64 = 0x8000000000000000;
export const INFINITY64: u64 = 0x7ff0000000000000;
export const NAN64: u64 = 0x7ff8000000000000;
export const HIDDEN64: u64 = 0x0010000000000000;
export const BIAS64: i32 = 1023;

export const SIGN32: u32 = 0x80000000;
export const INFINITY32: u32 = 0x7f800000;
export const NAN32: u32 = 0x7fc00000;
export const HIDDEN32: u32 = 0x00800000;

export function isNaN64(x: u64): bool {
  return (x & ~SIGN64) > INFINITY64;
}

export function isNaN32(x: u32): bool {
  return (x & ~SIGN32) > INFINITY32;
}

export function exponent64(x: u64): i32 {
  return (<i32>(x >> 52)) & 0x7ff;
}

/** The significand with its hidden bit; the exponent of a subnormal number counts as 1. */
export function significand64(x: u64): u64 {
  const fraction = x & (HIDDEN64 - 1);
  return exponent64(x) == 0 ? fraction : fraction | HIDDEN64;
}

/** Shifts right; ones that are lost stay visible in the lowest bit. */
export function shiftSticky(x: u64, n: i32): u64 {
  if (n == 0) return x;
  if (n > 63) return x != 0 ? 1 : 0;
  const lost = x << (64 - n);
  return (x >> n) | (lost != 0 ? 1 : 0);
}

/**
 * Rounds and packs. The leading one of `m` is bit 62 for a number with biased exponent `e`; below are ten bits for rounding. A lower
 * leading one with `e` = 1 is a subnormal number.
 */
export function pack64(sign: u64, e: i32, m: u64): u64 {
  if (e >= 0x7ff) return sign | INFINITY64;
  if (e <= 0) {
    m = shiftSticky(m, 1 - e);
    e = 1;
  }
  const rest = (<u32>m) & 0x3ff;
  m = (m + 0x200) >> 10;
  if (rest == 0x200) m &= ~1;
  return sign + ((<u64>(e - 1)) << 52) + m;
}

/** The same for 32 bits: leading one at bit 30, seven bits for rounding. */
export function pack32(sign: u32, e: i32, m: u32): u32 {
  if (e >= 0xff) return sign | INFINITY32;
  if (e <= 0) {
    m = <u32>shiftSticky(<u64>m, 1 - e);
    e = 1;
  }
  const rest = m & 0x7f;
  m = (m + 0x40) >> 7;
  if (rest == 0x40) m &= ~1;
  return sign + ((<u32>(e - 1)) << 23) + m;
}
