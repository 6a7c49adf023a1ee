/** Arithmetic of the M and Zbb extensions that is more than an operator (RISC-V unprivileged ISA, chapters 13 and 28). */

/** High word of the product of two signed numbers. */
export function high(a: u32, b: u32): u32 {
  return <u32>((<i64>(<i32>a) * <i64>(<i32>b)) >> 32);
}

/** High word of the product of a signed and an unsigned number. */
export function highMixed(a: u32, b: u32): u32 {
  return <u32>((<i64>(<i32>a) * <i64>b) >> 32);
}

export function highUnsigned(a: u32, b: u32): u32 {
  return <u32>((<u64>a * <u64>b) >> 32);
}

/** Division by zero gives all ones, the overflow of -2^31 / -1 the dividend. */
export function quotient(a: u32, b: u32): u32 {
  if (b == 0) return u32.MAX_VALUE;
  if (b == u32.MAX_VALUE) return 0 - a;
  return <i32>a / <i32>b;
}

export function quotientUnsigned(a: u32, b: u32): u32 {
  return b == 0 ? u32.MAX_VALUE : a / b;
}

/** The remainder of a division by zero is the dividend. */
export function remainder(a: u32, b: u32): u32 {
  if (b == 0) return a;
  return b == u32.MAX_VALUE ? 0 : <i32>a % <i32>b;
}

export function remainderUnsigned(a: u32, b: u32): u32 {
  return b == 0 ? a : a % b;
}

/** Each byte becomes 0xff unless it is 0: the carry of 0x7f reaches bit 7 if any lower bit is set. */
export function orBytes(a: u32): u32 {
  const set = (((a & 0x7f7f7f7f) + 0x7f7f7f7f) | a) & 0x80808080;
  return (set << 1) - (set >> 7);
}
