/**
 * The text of floating-point numbers as JavaScript has it, and whole numbers where asc's library asks for integers. Called by the
 * library and by compiled code (host/toolchain/frontend/{additions,language/wholeNumbers}.ts).
 */
import { lock, unlock } from './lock';

/** Below it a whole number has no digit that it does not mean. */
const exactWhole: f64 = 9007199254740992;

const lockWord: usize = memory.data(4);

/** The library's buffers for digits exist once: one thread at a time. */
export function lockDigits(): void {
  lock(lockWord);
}

export function unlockDigits(): void {
  unlock(lockWord);
}

/** Whether a number is written without a point: its digits are those of an integer. */
export function isShortWhole(value: f64): bool {
  return abs(value) < exactWhole && trunc(value) == value;
}

/** Text without `.0` at the end. */
export function withoutPoint(text: string): string {
  return text.endsWith('.0') ? text.substring(0, text.length - 2) : text;
}

/** An index or a size. */
export function whole(value: f64): i32 {
  if (!(abs(value) <= <f64>u32.MAX_VALUE) || trunc(value) != value) {
    throw new RangeError(value.toString() + ' is not a whole number');
  }
  return <i32>(<i64>value);
}

/** `Math.min(...list)`. */
export function least<T>(list: T[]): f64 {
  let found = Infinity;
  for (let at = 0; at < list.length; at++) found = min(found, <f64>list[at]);
  return found;
}

/** `Math.max(...list)`. */
export function greatest<T>(list: T[]): f64 {
  let found = -Infinity;
  for (let at = 0; at < list.length; at++) found = max(found, <f64>list[at]);
  return found;
}

/** `Number(value)`: of a text that is no number, NaN; of an empty one, 0. */
export function numberOf<T>(value: T): f64 {
  if (isString<T>()) return numberOfText(changetype<string>(value));
  return <f64>value;
}

function numberOfText(text: string): f64 {
  const digits = text.trim();
  if (digits.length == 0) return 0;
  if (digits.startsWith('0x') || digits.startsWith('0b') || digits.startsWith('0o')) {
    return parseInt(digits);
  }
  return isDecimal(digits) ? parseFloat(digits) : NaN;
}

/** Sign, digits with a point, exponent, and nothing else. */
function isDecimal(text: string): bool {
  const from = hasSign(text, 0) ? 1 : 0;
  if (text.substring(from) == 'Infinity') return true;
  const point = skipDigits(text, from);
  const isPoint = point < text.length && text.charAt(point) == '.';
  const end = isPoint ? skipDigits(text, point + 1) : point;
  if (end - from == (isPoint ? 1 : 0)) return false;
  if (end == text.length) return true;
  if (text.charAt(end).toLowerCase() != 'e') return false;
  const exponent = end + (hasSign(text, end + 1) ? 2 : 1);
  return exponent < text.length && skipDigits(text, exponent) == text.length;
}

function hasSign(text: string, at: i32): bool {
  return text.charAt(at) == '-' || text.charAt(at) == '+';
}

function skipDigits(text: string, from: i32): i32 {
  let at = from;
  while (at < text.length && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  return at;
}
