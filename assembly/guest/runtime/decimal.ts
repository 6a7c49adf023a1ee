/**
 * From decimal digits to the nearest `f64`, ties to even: exact for every text. A number of few digits is one division or
 * multiplication; the others are shifted digit by digit until their integer part is the significand.
 */

/** More digits than a decision can depend on; what follows counts as "a little more". */
const maximumDigits: i32 = 800;
/** Digits that one shift adds at most. */
const roomBytes: i32 = 20;
/** Largest shift for which ten times a digit still fits. */
const maximumShift: i32 = 60;
const significandBits: i32 = 53;
const leastExponent: i32 = -1022;
const mostExponent: i32 = 1023;
const exactPowers: StaticArray<f64> = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
];
const exactIntegers: u64 = 1 << 53;
/** By the digits in front of the point, or zeros behind it, how far to shift towards a number from 0.5 to 1. */
const shifts: StaticArray<i32> = [1, 3, 6, 9, 13, 16, 19, 23, 26];
const usualShift: i32 = 27;

/** The number `digits` × 10 ** `exponent`; the digits are characters from 0 to 9. */
export function numberOf(digits: string, exponent: i32): f64 {
  let value: u64 = 0;
  const length = min(digits.length, 19);
  for (let index = 0; index < length; index++) value = value * 10 + (digits.charCodeAt(index) - 48);
  if (length == digits.length && value <= exactIntegers && exponent >= -22 && exponent <= 22) {
    const power = unchecked(exactPowers[abs(exponent)]);
    return exponent < 0 ? <f64>value / power : <f64>value * power;
  }
  return new Decimal(digits, exponent).toNumber();
}

/** A number as digits `0.ddd… × 10 ** point`, without zeros at its ends. */
class Decimal {
  private digits: StaticArray<u8> = new StaticArray<u8>(maximumDigits + roomBytes);
  private count: i32 = 0;
  private point: i32;
  /** Whether digits other than zero were left out. */
  private isMore: bool = false;

  constructor(text: string, exponent: i32) {
    let start = 0;
    while (start < text.length && text.charCodeAt(start) == 48) start++;
    this.point = text.length - start + exponent;
    for (let index = start; index < text.length; index++) this.append(text.charCodeAt(index) - 48);
    this.trim();
  }

  private append(digit: u32): void {
    if (this.count < maximumDigits) unchecked((this.digits[this.count++] = <u8>digit));
    else if (digit) this.isMore = true;
  }

  private trim(): void {
    while (this.count > 0 && unchecked(this.digits[this.count - 1]) == 0) this.count--;
  }

  toNumber(): f64 {
    if (this.count == 0 || this.point < -330) return 0;
    if (this.point > 310) return Infinity;
    let exponent = this.normalize() - 1;
    if (exponent < leastExponent) {
      this.shiftRight(leastExponent - exponent);
      exponent = leastExponent;
    }
    this.shiftLeft(significandBits);
    let significand = this.rounded();
    if (significand == exactIntegers) {
      significand >>= 1;
      exponent++;
    }
    if (exponent > mostExponent) return Infinity;
    // A number below the least exponent's has no leading one, and the exponent field 0.
    const isNormal = significand >>> (significandBits - 1) != 0;
    const field = isNormal ? <u64>(exponent - leastExponent + 1) : 0;
    const fraction = significand & ((exactIntegers >> 1) - 1);
    return reinterpret<f64>((field << (significandBits - 1)) | fraction);
  }

  /** Bring the number into [0.5, 1). Returns the power of two that it was divided by. */
  private normalize(): i32 {
    let exponent = 0;
    while (this.point > 0) {
      const bits = shiftFor(this.point);
      this.shiftRight(bits);
      exponent += bits;
    }
    while (this.point < 0 || unchecked(this.digits[0]) < 5) {
      const bits = shiftFor(-this.point);
      this.shiftLeft(bits);
      exponent -= bits;
    }
    return exponent;
  }

  /** Multiply by 2 ** bits; at most `maximumShift`. */
  private shiftLeft(bits: i32): void {
    const digits = this.digits;
    const room = (bits * 31) / 100 + 1;
    let write = this.count + room;
    let rest: u64 = 0;
    for (let read = this.count - 1; write > 0; read--) {
      if (read >= 0) rest += (<u64>unchecked(digits[read])) << bits;
      unchecked((digits[--write] = <u8>(rest % 10)));
      rest /= 10;
    }
    const filled = this.count + room;
    let zeros = 0;
    while (zeros < filled && unchecked(digits[zeros]) == 0) zeros++;
    this.point += room - zeros;
    this.count = 0;
    for (let index = zeros; index < filled; index++) this.append(unchecked(digits[index]));
    this.trim();
  }

  /** Divide by 2 ** bits. */
  private shiftRight(bits: i32): void {
    for (; bits > maximumShift; bits -= maximumShift) this.shiftRightOnce(maximumShift);
    this.shiftRightOnce(bits);
  }

  private shiftRightOnce(bits: i32): void {
    const count = this.count;
    let read = 0;
    let rest: u64 = 0;
    for (; rest >> bits == 0; read++) rest = rest * 10 + this.digitAt(read, count);
    this.point -= read - 1;
    this.count = 0;
    const mask: u64 = (1 << (<u64>bits)) - 1;
    for (; read < count || rest; read++) {
      this.append(<u32>(rest >> bits));
      // What is read next lies behind what was written.
      rest = (rest & mask) * 10 + this.digitAt(read, count);
    }
    this.trim();
  }

  private digitAt(index: i32, count: i32): u64 {
    return index < count ? unchecked(this.digits[index]) : 0;
  }

  /** The integer part, with the fraction rounded to the nearest, ties to even. */
  private rounded(): u64 {
    let value: u64 = 0;
    for (let index = 0; index < this.point; index++) {
      value = value * 10 + this.digitAt(index, this.count);
    }
    return value + u64(this.roundsUp(value));
  }

  private roundsUp(value: u64): bool {
    const place = this.point;
    if (place < 0 || place >= this.count) return false;
    const digit = unchecked(this.digits[place]);
    const isHalf = digit == 5 && place + 1 == this.count && !this.isMore;
    return isHalf ? (value & 1) != 0 : digit >= 5;
  }
}

function shiftFor(places: i32): i32 {
  return places < shifts.length ? unchecked(shifts[places]) : usualShift;
}
