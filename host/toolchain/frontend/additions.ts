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
}

const collections: Addition[] = [
  {
    file: 'array',
    head: 'export class Array<T> {',
    methods:
      'entries(): Entry<i32, T>[] { const all: Entry<i32, T>[] = []; ' +
      'for (let i = 0; i < this.length; ++i) all.push(new Entry<i32, T>(i, this[i])); return all; } ',
  },
  {
    file: 'map',
    head: 'export class Map<K,V> {',
    named: /\bentries\b/g,
    methods:
      'entries(): Entry<K, V>[] { const all: Entry<K, V>[] = [], keys = this.keys(), values = this.values(); ' +
      'for (let i = 0; i < keys.length; ++i) all.push(new Entry<K, V>(keys[i], values[i])); return all; } ' +
      'forEach(call: (value: V, key: K, map: Map<K, V>) => void): void { const keys = this.keys(), values = this.values(); ' +
      'for (let i = 0; i < keys.length; ++i) call(values[i], keys[i], this); } ',
  },
  {
    file: 'set',
    head: 'export class Set<T> {',
    methods:
      'forEach(call: (value: T, key: T, set: Set<T>) => void): void { const values = this.values(); ' +
      'for (let i = 0; i < values.length; ++i) call(values[i], values[i], this); } ',
  },
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

const additions: Addition[] = [...collections, ...integers, ...floats]

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
  return { ...withMethods(library), ...withReplacements(library) }
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
    files[file] = files[file].replace(head, `${head} ${methods}`)
  }
  return files
}
