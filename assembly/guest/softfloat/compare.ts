/** Comparisons, minimum and maximum (WebAssembly core specification §4.3.3). Zeros are equal; NaN is unordered. */
import { isNaN32, isNaN64, NAN32, NAN64, SIGN32, SIGN64 } from './pack';

/** Order-preserving integers: negative numbers turn around, and both zeros become 0. */
function key64(x: u64): i64 {
  return <i64>x < 0 ? 0 - <i64>(x & ~SIGN64) : <i64>x;
}

function key32(x: u32): i32 {
  return <i32>x < 0 ? 0 - <i32>(x & ~SIGN32) : <i32>x;
}

function unordered64(a: u64, b: u64): bool {
  return isNaN64(a) || isNaN64(b);
}

function unordered32(a: u32, b: u32): bool {
  return isNaN32(a) || isNaN32(b);
}

export function f64_eq(a: u64, b: u64): bool {
  return key64(a) == key64(b) && !unordered64(a, b);
}

export function f64_ne(a: u64, b: u64): bool {
  return !f64_eq(a, b);
}

export function f64_lt(a: u64, b: u64): bool {
  return key64(a) < key64(b) && !unordered64(a, b);
}

export function f64_gt(a: u64, b: u64): bool {
  return f64_lt(b, a);
}

export function f64_le(a: u64, b: u64): bool {
  return key64(a) <= key64(b) && !unordered64(a, b);
}

export function f64_ge(a: u64, b: u64): bool {
  return f64_le(b, a);
}

export function f64_min(a: u64, b: u64): u64 {
  if (unordered64(a, b)) return NAN64;
  if (((a | b) & ~SIGN64) == 0) return a | b;
  return key64(a) < key64(b) ? a : b;
}

export function f64_max(a: u64, b: u64): u64 {
  if (unordered64(a, b)) return NAN64;
  if (((a | b) & ~SIGN64) == 0) return a & b;
  return key64(a) > key64(b) ? a : b;
}

export function f32_eq(a: u32, b: u32): bool {
  return key32(a) == key32(b) && !unordered32(a, b);
}

export function f32_ne(a: u32, b: u32): bool {
  return !f32_eq(a, b);
}

export function f32_lt(a: u32, b: u32): bool {
  return key32(a) < key32(b) && !unordered32(a, b);
}

export function f32_gt(a: u32, b: u32): bool {
  return f32_lt(b, a);
}

export function f32_le(a: u32, b: u32): bool {
  return key32(a) <= key32(b) && !unordered32(a, b);
}

export function f32_ge(a: u32, b: u32): bool {
  return f32_le(b, a);
}

export function f32_min(a: u32, b: u32): u32 {
  if (unordered32(a, b)) return NAN32;
  if (((a | b) & ~SIGN32) == 0) return a | b;
  return key32(a) < key32(b) ? a : b;
}

export function f32_max(a: u32, b: u32): u32 {
  if (unordered32(a, b)) return NAN32;
  if (((a | b) & ~SIGN32) == 0) return a & b;
  return key32(a) > key32(b) ? a : b;
}
