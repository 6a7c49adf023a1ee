/**
 * `toFixed`, `toPrecision`, `toExponential` and `toString(radix)` of numbers, as ECMAScript has them (21.1.3): exact digits, a half goes up.
 * Added to asc's classes of numbers by host/toolchain/frontend/additions.ts.
 */
import { Decimal } from './decimal';
import { exactDigits, shortest } from './numberText';

const mostDigits: i32 = 100;
/** From here on `toFixed` gives what `toString` does. */
const leastExponential: f64 = 1e21;
/** Numbers below 10 ** -6 have an exponent in `toPrecision`. */
const leastPlainExponent: i32 = -6;
const digitCharacters = '0123456789abcdefghijklmnopqrstuvwxyz';
/** Integers up to here are exact. The last digits of greater ones are written as zeros. */
const exactIntegers: f64 = 9007199254740992;

function expectRange(name: string, digits: i32, least: i32): void {
  if (digits < least || digits > mostDigits) {
    throw new RangeError(`${name} takes ${least} to ${mostDigits} digits, not ${digits}`);
  }
}

function signed(value: f64, text: string): string {
  return value < 0 ? '-' + text : text;
}

/** With so many digits behind the point. */
export function toFixed(value: f64, digits: i32): string {
  expectRange('toFixed', digits, 0);
  if (!(abs(value) < leastExponential)) return value.toString();
  const exact = exactDigits(abs(value));
  const number = exact.halfUp(exact.point + digits);
  return signed(value, plain(number, digits));
}

/** Digits of a number without exponent, `digits` of them behind the point. */
function plain(number: Decimal, digits: i32): string {
  const point = number.point;
  const whole = point > 0 ? number.text(0, point) : '0';
  return digits > 0 ? whole + '.' + number.text(point, point + digits) : whole;
}

/** With so many digits in all. */
export function toPrecision(value: f64, digits: i32): string {
  expectRange('toPrecision', digits, 1);
  if (!isFinite(value)) return value.toString();
  const number = exactDigits(abs(value)).halfUp(digits);
  const exponent = value == 0 ? 0 : number.point - 1;
  const isPlain = exponent >= leastPlainExponent && exponent < digits;
  if (!isPlain) return signed(value, exponential(number, digits - 1));
  // A zero has its only digit in front of the point.
  const behind = value == 0 ? digits - 1 : digits - number.point;
  return signed(value, plain(number, behind));
}

/** With an exponent, and so many digits behind the point; negative: as many as it takes. */
export function toExponential(value: f64, digits: i32): string {
  if (digits >= 0) expectRange('toExponential', digits, 0);
  if (!isFinite(value)) return value.toString();
  const number = digits >= 0 ? exactDigits(abs(value)).halfUp(digits + 1) : fewest(abs(value));
  return signed(value, exponential(number, digits >= 0 ? digits : max(number.count - 1, 0)));
}

function fewest(value: f64): Decimal {
  return value == 0 ? exactDigits(value) : shortest(value);
}

function exponential(number: Decimal, digits: i32): string {
  const exponent = number.count ? number.point - 1 : 0;
  const head = number.text(0, 1) + (digits > 0 ? '.' + number.text(1, 1 + digits) : '');
  return head + 'e' + (exponent < 0 ? '-' : '+') + abs(exponent).toString();
}

/** In another base, 2 to 36: the digits that tell the number from its neighbours. */
export function toRadix(value: f64, radix: i32): string {
  if (radix < 2 || radix > 36)
    throw new RangeError(`toString takes a base from 2 to 36, not ${radix}`);
  if (radix == 10 || !isFinite(value)) return value.toString();
  const number = abs(value);
  const whole = floor(number);
  const digits = new Array<i32>();
  const carry = fractionDigits(number, <f64>radix, digits);
  let text = wholeText(whole + carry, <f64>radix);
  if (digits.length) text += '.';
  for (let index = 0; index < digits.length; index++) text += digitCharacters.charAt(digits[index]);
  return signed(value, text);
}

/** Digits of the fraction. Returns 1 if it is rounded up to 1, otherwise 0. */
function fractionDigits(number: f64, radix: f64, digits: i32[]): f64 {
  const next = reinterpret<f64>(reinterpret<u64>(number) + 1);
  let precision = max(0.5 * (next - number), f64.MIN_VALUE);
  let fraction = number - floor(number);
  while (fraction >= precision) {
    fraction *= radix;
    precision *= radix;
    const digit = <i32>fraction;
    digits.push(digit);
    fraction -= <f64>digit;
    const isMore = fraction > 0.5 || (fraction == 0.5 && (digit & 1) != 0);
    if (isMore && fraction + precision > 1) return increased(digits, <i32>radix);
  }
  return 0;
}

/** One more in the last digit. Returns 1 if that went beyond the first one. */
function increased(digits: i32[], radix: i32): f64 {
  while (digits.length) {
    const digit = digits.pop() + 1;
    if (digit == radix) continue;
    digits.push(digit);
    return 0;
  }
  return 1;
}

function wholeText(whole: f64, radix: f64): string {
  let text = '';
  while (whole >= exactIntegers) {
    whole = floor(whole / radix);
    text = '0' + text;
  }
  do {
    const digit = whole % radix;
    text = digitCharacters.charAt(<i32>digit) + text;
    whole = (whole - digit) / radix;
  } while (whole > 0);
  return text;
}
