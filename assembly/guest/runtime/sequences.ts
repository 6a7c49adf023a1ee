/**
 * What the compiler makes of forms for lists and texts (host/toolchain/frontend/{calls,language/truth}.ts).
 */

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
