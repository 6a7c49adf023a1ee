/**
 * Methods of TypeScript's library that asc's library lacks. They are put behind the heads of its classes, on the same line, so that the lines of
 * its files stay.
 */
import type { GuestSources } from './bundle.ts'

interface Addition {
  /** The class's first line. */
  head: string
  /** A field that has the name of a method. */
  field?: RegExp
  methods: string
}

const additions: Record<string, Addition> = {
  array: {
    head: 'export class Array<T> {',
    methods:
      'entries(): Entry<i32, T>[] { const all: Entry<i32, T>[] = []; ' +
      'for (let i = 0; i < this.length; ++i) all.push(new Entry<i32, T>(i, this[i])); return all; } ',
  },
  map: {
    head: 'export class Map<K,V> {',
    field: /\bentries\b/g,
    methods:
      'entries(): Entry<K, V>[] { const all: Entry<K, V>[] = [], keys = this.keys(), values = this.values(); ' +
      'for (let i = 0; i < keys.length; ++i) all.push(new Entry<K, V>(keys[i], values[i])); return all; } ' +
      'forEach(call: (value: V, key: K, map: Map<K, V>) => void): void { const keys = this.keys(), values = this.values(); ' +
      'for (let i = 0; i < keys.length; ++i) call(values[i], keys[i], this); } ',
  },
  set: {
    head: 'export class Set<T> {',
    methods:
      'forEach(call: (value: T, key: T, set: Set<T>) => void): void { const values = this.values(); ' +
      'for (let i = 0; i < values.length; ++i) call(values[i], values[i], this); } ',
  },
}

const entryImport = '\nimport { Entry } from "nothread/guest/generator";\n'

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
  return Object.fromEntries(
    Object.entries(additions).map(([file, { head, field, methods }]) => {
      const text = field ? library[file].replace(field, '$&_') : library[file]
      if (!text.includes(head)) throw new Error(`The library has no ${head} in ${file}.`)
      return [file, text.replace(head, head + ' ' + methods) + entryImport]
    }),
  )
}
