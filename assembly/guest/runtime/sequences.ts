/**
 * What the compiler makes of forms for lists and texts (host/toolchain/frontend/{calls,language/truth}.ts).
 */
import { Entry } from './generator';

/** `Array.from({ length }, make)`: a list of so many values. */
export function filled<T>(length: i32, make: (value: i32, index: i32) => T): T[] {
  const list: T[] = [];
  for (let index = 0; index < length; ++index) list.push(make(0, index));
  return list;
}

/** Whether a text counts as true. */
export function hasText(text: string): bool {
  return text.length > 0;
}

/** `for..of` over a text: the letter at an index, which has two units where one is not enough. */
export function letterAt(text: string, at: i32): string {
  const isPair = isSurrogate(text, at, 0xd800) && isSurrogate(text, at + 1, 0xdc00);
  return text.substring(at, at + (isPair ? 2 : 1));
}

function isSurrogate(text: string, at: i32, from: i32): bool {
  return at < text.length && (text.charCodeAt(at) & 0xfc00) == from;
}

/** `[...text]`. */
export function letters(text: string): string[] {
  const list: string[] = [];
  for (let at = 0; at < text.length; at += list[list.length - 1].length)
    list.push(letterAt(text, at));
  return list;
}

/** `[...iterator]`. */
export function collected<I, T>(iterator: I): T[] {
  const list: T[] = [];
  for (let result = iterator.next(); !result.done; result = iterator.next())
    list.push(result.value);
  return list;
}

/** `new Set(list)`. */
export function setOf<T>(list: T[]): Set<T> {
  const set = new Set<T>();
  for (let index = 0; index < list.length; ++index) set.add(list[index]);
  return set;
}

/** `new Map(entries)`. */
export function mapOf<K, V>(entries: Entry<K, V>[]): Map<K, V> {
  const map = new Map<K, V>();
  for (let index = 0; index < entries.length; ++index) {
    map.set(entries[index].key, entries[index].value);
  }
  return map;
}
