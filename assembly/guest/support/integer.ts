/**
 * Integer operations of WebAssembly that RV32IM has no instruction for: bit counts and 64-bit division. The code must not use the
 * operations it implements. Division by zero is checked by the callers.
 */

export function i32_clz(x: u32): u32 {
  if (x == 0) return 32;
  let count: u32 = 0;
  if (x < 1 << 16) {
    count += 16;
    x <<= 16;
  }
  if (x < 1 << 24) {
    count += 8;
    x <<= 8;
  }
  if (x < 1 << 28) {
    count += 4;
    x <<= 4;
  }
  if (x < 1 << 30) {
    count += 2;
    x <<= 2;
  }
  return x < 1 << 31 ? count + 1 : count;
}

export function i32_ctz(x: u32): u32 {
  return x == 0 ? 32 : 31 - i32_clz(x & (0 - x));
}

/** Sums of neighbouring bits, pairs, nibbles; the multiplication adds the bytes. */
export function i32_popcnt(x: u32): u32 {
  x -= (x >> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >> 2) & 0x33333333);
  x = (x + (x >> 4)) & 0x0f0f0f0f;
  return (x * 0x01010101) >> 24;
}

export function i64_clz(x: u64): u32 {
  const high = <u32>(x >> 32);
  return high != 0 ? i32_clz(high) : 32 + i32_clz(<u32>x);
}

export function i64_ctz(x: u64): u32 {
  const low = <u32>x;
  return low != 0 ? i32_ctz(low) : 32 + i32_ctz(<u32>(x >> 32));
}

export function i64_popcnt(x: u64): u32 {
  return i32_popcnt(<u32>x) + i32_popcnt(<u32>(x >> 32));
}

/** The quotient digit of a 32-bit number with two 16-bit digits below it, by a divisor with its top bit set; corrected downwards. */
function digit(remainder: u32, next: u32, divisor: u32): u32 {
  const high = divisor >> 16;
  const low = divisor & 0xffff;
  let quotient = remainder / high;
  let rest = remainder - quotient * high;
  while (quotient >= 0x10000 || quotient * low > ((rest << 16) | next)) {
    quotient--;
    rest += high;
    if (rest >= 0x10000) break;
  }
  return quotient;
}

/** (high:low) / divisor for high < divisor, by long division with 16-bit digits (Knuth, volume 2, §4.3.1, algorithm D). */
function divideLong(high: u32, low: u32, divisor: u32): u32 {
  const shift = i32_clz(divisor);
  if (shift != 0) {
    divisor <<= shift;
    high = (high << shift) | (low >> (32 - shift));
    low <<= shift;
  }
  const first = digit(high, low >> 16, divisor);
  const rest = ((high << 16) | (low >> 16)) - first * divisor;
  const second = digit(rest, low & 0xffff, divisor);
  return (first << 16) | second;
}

export function i64_div_u(a: u64, b: u64): u64 {
  const aHigh = <u32>(a >> 32);
  const aLow = <u32>a;
  const bHigh = <u32>(b >> 32);
  const bLow = <u32>b;
  if (bHigh == 0) {
    if (aHigh == 0) return aLow / bLow;
    const high = aHigh / bLow;
    const low = divideLong(aHigh - high * bLow, aLow, bLow);
    return ((<u64>high) << 32) | low;
  }
  if (a < b) return 0;
  // The divisor's top 32 bits give a quotient that is right or one too large.
  const shift = i32_clz(bHigh);
  const top = <u32>((b << shift) >> 32);
  const half = a >> 1;
  let quotient: u32 = divideLong(<u32>(half >> 32), <u32>half, top);
  quotient = shift == 31 ? quotient : quotient >> (31 - shift);
  if (quotient != 0) quotient--;
  return a - <u64>quotient * b >= b ? quotient + 1 : quotient;
}

export function i64_rem_u(a: u64, b: u64): u64 {
  if (a >> 32 == 0 && b >> 32 == 0) return <u32>a % <u32>b;
  return a - i64_div_u(a, b) * b;
}

export function i64_div_s(a: i64, b: i64): i64 {
  const quotient = i64_div_u(a < 0 ? 0 - a : a, b < 0 ? 0 - b : b);
  return (a ^ b) < 0 ? 0 - quotient : quotient;
}

export function i64_rem_s(a: i64, b: i64): i64 {
  const remainder = i64_rem_u(a < 0 ? 0 - a : a, b < 0 ? 0 - b : b);
  return a < 0 ? 0 - remainder : remainder;
}
