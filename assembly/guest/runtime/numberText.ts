/**
 * Texts of `f64`, as ECMAScript has them (Number::toString, StringToNumber): the fewest digits that give the same number back, the nearest
 * of those, and from digits to the nearest number, ties to even. A number of few digits is one division or multiplication.
 * asc's own functions, which these replace (host/toolchain/frontend/additions.ts), miss the last digit of some numbers.
 */
import { Decimal, exactIntegers } from './decimal';

const exactPowers: StaticArray<f64> = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
];
const mostExactPower: i32 = 22;
/** Digits that surely fit into 64 bits. */
const safeDigits: i32 = 19;
const fractionBits: u32 = 52;
/** What the exponent field of the number 2 ** 52 × significand is too large by. */
const exponentBias: i32 = 1075;
/** No number needs more digits. */
const mostDigits: i32 = 17;
/** So many digits never stand for two numbers, nor two texts of so many digits for one: then there is no choice. */
const uniqueDigits: i32 = 15;
/** Numbers below have fewer digits than that. */
const leastNormal: f64 = 2.2250738585072014e-308;
/** Exponents beyond this make infinity or 0 of any number that fits into memory. */
const greatestExponent: i32 = 1_000_000_000;

const MINUS: i32 = 45;
const PLUS: i32 = 43;
const POINT: i32 = 46;
const ZERO: i32 = 48;
/** The letter `e`, in lower case. */
const LETTER_E: i32 = 101;
const LOWER_CASE: i32 = 32;

/** The number `digits` × 10 ** `exponent`; the digits are characters from 0 to 9. */
function numberOf(digits: string, exponent: i32): f64 {
  let value: u64 = 0;
  const length = min(digits.length, safeDigits);
  for (let index = 0; index < length; index++) value = value * 10 + (digits.charCodeAt(index) - 48);
  if (length == digits.length && value <= exactIntegers && abs(exponent) <= mostExactPower) {
    const power = unchecked(exactPowers[abs(exponent)]);
    return exponent < 0 ? <f64>value / power : <f64>value * power;
  }
  return new Decimal(digits, exponent).toNumber();
}

/** Whether so many digits of a number greater than 0 may not be the right ones, as long as they give the number back. */
export function isDoubtful(value: f64, digits: i32): bool {
  return digits > uniqueDigits || value < leastNormal;
}

/** Exponent field of a number that is not negative. */
function fieldOf(value: f64): i32 {
  return <i32>(reinterpret<u64>(value) >>> fractionBits);
}

/** The number is this × 2 ** `powerOf`. */
function significandOf(value: f64): u64 {
  const fraction = reinterpret<u64>(value) & ((1 << fractionBits) - 1);
  return fieldOf(value) ? fraction | (1 << fractionBits) : fraction;
}

function powerOf(value: f64): i32 {
  return max(fieldOf(value), 1) - exponentBias;
}

/** All digits of a number that is not negative. */
export function exactDigits(value: f64): Decimal {
  return Decimal.of(significandOf(value), powerOf(value));
}

/** The shortest digits of a number greater than 0. */
export function shortest(value: f64): Decimal {
  const significand = significandOf(value);
  const power = powerOf(value);
  const exact = exactDigits(value);
  // Half way to the neighbours; below a power of two the next number is only half as far.
  const isPower = significand == 1 << fractionBits && fieldOf(value) > 1;
  const low = isPower
    ? Decimal.of(4 * significand - 1, power - 2)
    : Decimal.of(2 * significand - 1, power - 1);
  const high = Decimal.of(2 * significand + 1, power - 1);
  // A number half way is rounded to the even one.
  const edge = <i32>(significand & 1);
  for (let count = 1; count < mostDigits; count++) {
    const down = exact.cut(count, false);
    const up = exact.cut(count, true);
    const fitsDown = down.compare(low) >= edge;
    const fitsUp = high.compare(up) >= edge;
    if (fitsDown && fitsUp) return exact.isNearUp(count) ? up : down;
    if (fitsDown) return down;
    if (fitsUp) return up;
  }
  return exact.cut(mostDigits, exact.isNearUp(mostDigits));
}

/** The number at the start of a text, NaN if there is none. */
export function parseNumber(text: string): f64 {
  const trimmed = text.trimStart();
  const sign = trimmed.charCodeAt(0);
  const start = i32(sign == MINUS || sign == PLUS);
  if (trimmed.startsWith('Infinity', start)) return sign == MINUS ? -Infinity : Infinity;
  const integerEnd = skipDigits(trimmed, start);
  let end = integerEnd;
  let digits = trimmed.substring(start, integerEnd);
  if (trimmed.charCodeAt(end) == POINT) {
    end = skipDigits(trimmed, integerEnd + 1);
    digits += trimmed.substring(integerEnd + 1, end);
  }
  if (digits.length == 0) return NaN;
  const value = numberOf(digits, exponentAt(trimmed, end) - max(end - integerEnd - 1, 0));
  return sign == MINUS ? -value : value;
}

function skipDigits(text: string, place: i32): i32 {
  while (<u32>(text.charCodeAt(place) - ZERO) < 10) place++;
  return place;
}

/** The exponent that begins at a place, 0 if there is none. */
function exponentAt(text: string, place: i32): i32 {
  if ((text.charCodeAt(place) | LOWER_CASE) != LETTER_E) return 0;
  const sign = text.charCodeAt(place + 1);
  const start = place + 1 + i32(sign == MINUS || sign == PLUS);
  const end = skipDigits(text, start);
  let value = 0;
  for (let index = start; index < end && value < greatestExponent / 10; index++) {
    value = value * 10 + (text.charCodeAt(index) - ZERO);
  }
  return sign == MINUS ? -value : value;
}
