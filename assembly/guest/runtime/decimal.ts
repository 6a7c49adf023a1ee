/**
 * Numbers as many decimal digits as it takes: the exact base of reading and writing `f64` (numberText.ts).
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
/** 2 ** 53: integers up to here are exact. */
export const exactIntegers: u64 = 1 << 53;
/** By the digits in front of the point, or zeros behind it, how far to shift towards a number from 0.5 to 1. */
const shifts: StaticArray<i32> = [1, 3, 6, 9, 13, 16, 19, 23, 26];
const usualShift: i32 = 27;

/** A number as digits `0.ddd… × 10 ** point`, without zeros at its ends. */
export class Decimal {
  private digits: StaticArray<u8> = new StaticArray<u8>(maximumDigits + roomBytes);
  /** Digits, without zeros at the end. */
  count: i32 = 0;
  /** Digits in front of the point; negative: zeros behind it. */
  point: i32;
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

  /** The number `significand` × 2 ** `power`. */
  static of(significand: u64, power: i32): Decimal {
    const number = new Decimal(significand.toString(), 0);
    // There is nothing to shift in zero.
    if (number.count == 0) return number;
    if (power < 0) number.shiftRight(-power);
    for (; power > maximumShift; power -= maximumShift) number.shiftLeft(maximumShift);
    if (power > 0) number.shiftLeft(power);
    return number;
  }

  /** Negative, zero or positive, as this number is less than, equal to or greater than the other. */
  compare(other: Decimal): i32 {
    if (this.point != other.point) return this.point - other.point;
    const count = max(this.count, other.count);
    for (let index = 0; index < count; index++) {
      const difference =
        <i32>this.digitAt(index, this.count) - <i32>other.digitAt(index, other.count);
      if (difference) return difference;
    }
    return 0;
  }

  /** The first `count` digits; one more in the last of them if `up`. */
  cut(count: i32, up: bool): Decimal {
    const result = new Decimal('', 0);
    result.point = this.point;
    result.count = count;
    for (let index = 0; index < count; index++) {
      unchecked((result.digits[index] = <u8>this.digitAt(index, this.count)));
    }
    if (up) result.increase();
    result.trim();
    return result;
  }

  private increase(): void {
    while (this.count > 0 && unchecked(this.digits[this.count - 1]) == 9) this.count--;
    if (this.count > 0) {
      unchecked(this.digits[this.count - 1]++);
      return;
    }
    this.append(1);
    this.point++;
  }

  /** Whether the nearest number of `count` digits is the greater one, ties to even. */
  isNearUp(count: i32): bool {
    return this.roundsUpAt(count, this.digitAt(count - 1, this.count));
  }

  /** The nearest number of at most `count` digits, the greater one of two. */
  halfUp(count: i32): Decimal {
    if (count < 0) return new Decimal('', 0);
    return this.cut(count, this.digitAt(count, this.count) >= 5);
  }

  /** The digits from one place to another, with zeros where there are none. */
  text(start: i32, end: i32): string {
    let text = '';
    for (let index = start; index < end; index++) {
      text += String.fromCharCode(48 + <i32>this.digitAt(index, this.count));
    }
    return text;
  }

  /** Write the digits as text to `address`. Returns how many there are. */
  write(address: usize): i32 {
    for (let index = 0; index < this.count; index++) {
      store<u16>(address + ((<usize>index) << 1), 48 + <u16>unchecked(this.digits[index]));
    }
    return this.count;
  }

  /** Power of ten of the last digit. */
  get exponent(): i32 {
    return this.point - this.count;
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
    return <u32>index < <u32>count ? unchecked(this.digits[index]) : 0;
  }

  /** The integer part, with the fraction rounded to the nearest, ties to even. */
  private rounded(): u64 {
    let value: u64 = 0;
    for (let index = 0; index < this.point; index++) {
      value = value * 10 + this.digitAt(index, this.count);
    }
    return value + u64(this.roundsUpAt(this.point, value));
  }

  /** Whether what stands from `place` on is more than a half, or a half behind an odd number. */
  private roundsUpAt(place: i32, value: u64): bool {
    if (place < 0 || place >= this.count) return false;
    const digit = unchecked(this.digits[place]);
    const isHalf = digit == 5 && place + 1 == this.count && !this.isMore;
    return isHalf ? (value & 1) != 0 : digit >= 5;
  }
}

function shiftFor(places: i32): i32 {
  return places < shifts.length ? unchecked(shifts[places]) : usualShift;
}
