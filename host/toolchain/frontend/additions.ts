/**
 * Methods of TypeScript's library that asc's library lacks. They are put behind the heads of its classes, on the same line, so that the lines of
 * its files stay.
 */
import type { GuestSources } from './bundle.ts'

interface Addition {
  /** Library file, without `.ts`. */
  file: string
  /** The class's first line. */
  head: string
  /** Members that have the name of a method. */
  named?: RegExp
  methods: string
}

const entryImport = 'import { Entry } from "nothread/guest/generator";'
const formatImport =
  'import { toExponential, toFixed, toPrecision, toRadix } from "nothread/guest/numberFormat";'

/** What the methods call, by file. */
const imports: Record<string, string> = {
  array: entryImport,
  map: entryImport,
  set: '',
  number: formatImport,
  'util/number':
    'import { isShortWhole, lockDigits, unlockDigits, withoutPoint } from "nothread/guest/numbers";',
  typedarray: '',
  date: '',
}

const arrayMethods = `
  entries(): Entry<i32, T>[] {
    const all: Entry<i32, T>[] = [];
    for (let i = 0; i < this.length; ++i) all.push(new Entry<i32, T>(i, this[i]));
    return all;
  }
  keys(): i32[] {
    const all: i32[] = [];
    for (let i = 0; i < this.length; ++i) all.push(i);
    return all;
  }
  values(): T[] { return this.slice(); }
  find(test: (value: T, index: i32, array: Array<T>) => bool): T {
    const at = this.findIndex(test);
    if (at < 0) throw new RangeError("No element was found");
    return this[at];
  }
  findLast(test: (value: T, index: i32, array: Array<T>) => bool): T {
    const at = this.findLastIndex(test);
    if (at < 0) throw new RangeError("No element was found");
    return this[at];
  }
  hasIndex(index: i32): bool { return index < this.length && index >= -this.length; }
  isFound(index: i32): bool { return index >= 0; }
  maybeAt(index: i32): T { return this.hasIndex(index) ? this.at(index) : changetype<T>(<usize>0); }
  maybePop(): T { return this.length > 0 ? this.pop() : changetype<T>(<usize>0); }
  maybeShift(): T { return this.length > 0 ? this.shift() : changetype<T>(<usize>0); }
  maybeFind(test: (value: T, index: i32, array: Array<T>) => bool): T {
    const at = this.findIndex(test);
    return at < 0 ? changetype<T>(<usize>0) : this[at];
  }
  maybeFindLast(test: (value: T, index: i32, array: Array<T>) => bool): T {
    const at = this.findLastIndex(test);
    return at < 0 ? changetype<T>(<usize>0) : this[at];
  }
  flatMap<U>(make: (value: T, index: i32, array: Array<T>) => U): U {
    return this.map<U>(make).flat();
  }
  sortBy(compare: (a: T, b: T) => f64): Array<T> {
    return this.sort((a, b) => {
      const order = compare(a, b);
      return i32(order > 0) - i32(order < 0);
    });
  }
  toSorted(compare: (a: T, b: T) => i32 = COMPARATOR<T>()): Array<T> { return this.slice().sort(compare); }
  toSortedBy(compare: (a: T, b: T) => f64): Array<T> { return this.slice().sortBy(compare); }
  toReversed(): Array<T> { return this.slice().reverse(); }
  with(index: i32, value: T): Array<T> {
    const copy = this.slice();
    copy[index < 0 ? copy.length + index : index] = value;
    return copy;
  }
  reduceFirst(fn: (previous: T, current: T, index: i32, array: Array<T>) => T): T {
    if (this.length == 0) throw new TypeError("Reduce of an empty list without a value to begin with");
    let all = this[0];
    for (let i = 1; i < this.length; ++i) all = fn(all, this[i], i, this);
    return all;
  }
  reduceLast(fn: (previous: T, current: T, index: i32, array: Array<T>) => T): T {
    if (this.length == 0) throw new TypeError("Reduce of an empty list without a value to begin with");
    let all = this[this.length - 1];
    for (let i = this.length - 2; i >= 0; --i) all = fn(all, this[i], i, this);
    return all;
  }
`

const mapMethods = `
  maybeGet(key: K): V { return this.has(key) ? this.get(key) : changetype<V>(<usize>0); }
  entries(): Entry<K, V>[] {
    const all: Entry<K, V>[] = [], keys = this.keys(), values = this.values();
    for (let i = 0; i < keys.length; ++i) all.push(new Entry<K, V>(keys[i], values[i]));
    return all;
  }
  forEach(call: (value: V, key: K, map: Map<K, V>) => void): void {
    const keys = this.keys(), values = this.values();
    for (let i = 0; i < keys.length; ++i) call(values[i], keys[i], this);
  }
`

const setMethods = `
  forEach(call: (value: T, key: T, set: Set<T>) => void): void {
    const values = this.values();
    for (let i = 0; i < values.length; ++i) call(values[i], values[i], this);
  }
`

const collections: Addition[] = [
  { file: 'array', head: 'export class Array<T> {', methods: arrayMethods },
  { file: 'map', head: 'export class Map<K,V> {', named: /\bentries\b/g, methods: mapMethods },
  { file: 'set', head: 'export class Set<T> {', methods: setMethods },
]

const classOf = (type: string): string => `export abstract class ${type.toUpperCase()} {`
const fixed = (type: string): string =>
  `toFixed(this: ${type}, digits: i32 = 0): string { return toFixed(<f64>this, digits); } `

const integers: Addition[] = ['i8', 'i16', 'i32', 'i64', 'u8', 'u16', 'u32', 'u64'].map((type) => ({
  file: 'number',
  head: classOf(type),
  methods: fixed(type),
}))

const floats: Addition[] = ['f32', 'f64'].map((type) => ({
  file: 'number',
  head: classOf(type),
  named: new RegExp(`\\btoString(?=\\(this: ${type})`, 'g'),
  methods:
    fixed(type) +
    `toPrecision(this: ${type}, digits: i32): string { return toPrecision(<f64>this, digits); } ` +
    `toExponential(this: ${type}, digits: i32 = -1): string { return toExponential(<f64>this, digits); } ` +
    `toString(this: ${type}, radix: i32 = 0): string { return radix ? toRadix(<f64>this, radix) : dtoa(this); } `,
}))

/** Digits are computed in buffers that exist once; whole numbers need none. */
const numberText = `
  if (isShortWhole(<f64>value)) return i64(value).toString();
  lockDigits();
  const text = withoutPoint(dtoa_impl(<f64>value, sizeof<T>() == 4));
  unlockDigits();
  return text;
}
function unused<T extends number>(value: T): String {
`

const numberTextInto = `
  const text = dtoa<T>(value);
  memory.copy(buffer, changetype<usize>(text), <usize>text.length << 1);
  return text.length;
}
function unusedInto<T extends number>(buffer: usize, value: T): u32 {
`

const texts: Addition[] = [
  {
    file: 'util/number',
    head: 'export function dtoa<T extends number>(value: T): String {',
    methods: numberText,
  },
  {
    file: 'util/number',
    head: 'export function dtoa_buffered<T extends number>(buffer: usize, value: T): u32 {',
    methods: numberTextInto,
  },
]

const typedArrays: Addition[] = [
  ...['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32'],
  ...['Int64', 'Uint64', 'Float32', 'Float64'],
].map((kind) => ({
  file: 'typedarray',
  head: `export class ${kind}Array extends ArrayBufferView {`,
  methods: listToTyped(`${kind}Array`),
}))

const dates: Addition[] = [
  { file: 'date', head: 'constructor(private epochMillis: i64', methods: '= Date.now()' },
  { file: 'date', head: 'export class Date {', methods: utcMethods() },
]

const additions: Addition[] = [...[collections, integers, floats, texts, typedArrays, dates].flat()]

/** `Float64Array.from(list)`. */
function listToTyped(name: string): string {
  return `static from<L>(list: L): ${name} {
    const all = new ${name}(list.length);
    for (let i = 0; i < list.length; ++i) all[i] = <valueof<${name}>>list[i];
    return all;
  }`
}

/** There is one time zone: that of `getUTCHours` and of `getHours`. */
function utcMethods(): string {
  const parts = ['FullYear', 'Month', 'Date', 'Day', 'Hours', 'Minutes', 'Seconds', 'Milliseconds']
  const getters = parts.map((part) => `get${part}(): i32 { return this.getUTC${part}(); }`)
  return [...getters, 'getTimezoneOffset(): i32 { return 0; }'].join(' ')
}

/** Functions that give others their place: by file, the head of the old one, its new name, and the new one. */
const replacements: Record<string, { head: string; renamed: string; text: string }> = {
  'util/number': {
    head: 'function grisu2(',
    renamed: 'function quickDigits(',
    text:
      'import { isDoubtful, shortest } from "nothread/guest/numberText";\n' +
      'function grisu2(value: f64, buffer: usize, sign: i32, isSingle: bool): i32 { ' +
      'const length = quickDigits(value, buffer, sign, isSingle); ' +
      'if (isSingle || !isDoubtful(value, length - sign)) return length; ' +
      'const digits = shortest(value); _K = digits.exponent; return sign + digits.write(buffer + (sign << 1)); }\n',
  },
  'util/string': {
    head: 'export function strtod(',
    renamed: 'function strtodOfAsc(',
    text: 'export { parseNumber as strtod } from "nothread/guest/numberText";\n',
  },
}

/** Library files with the methods and functions, made of asc's own. */
export function withAdditions(library: GuestSources): GuestSources {
  const files = withMethods(library)
  return { ...files, ...withReplacements({ ...library, ...files }) }
}

function withReplacements(library: GuestSources): GuestSources {
  return Object.fromEntries(
    Object.entries(replacements).map(([file, { head, renamed, text }]) => {
      if (!library[file].includes(head)) throw new Error(`The library has no ${head} in ${file}.`)
      return [file, library[file].replace(head, renamed) + '\n' + text]
    }),
  )
}

function withMethods(library: GuestSources): GuestSources {
  const files = Object.fromEntries(
    Object.entries(imports).map(([file, text]) => [file, `${library[file]}\n${text}\n`]),
  )
  for (const { file, head, named, methods } of additions) {
    if (!files[file].includes(head)) throw new Error(`The library has no ${head} in ${file}.`)
    if (named) files[file] = files[file].replace(named, '$&_')
    files[file] = files[file].replace(head, () => `${head} ${methods.replace(/\s+/g, ' ')}`)
  }
  return files
}
