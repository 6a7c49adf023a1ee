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

/** Library files with the methods, made of asc's own. */
export function withAdditions(library: GuestSources): GuestSources {
  return Object.fromEntries(
    Object.entries(additions).map(([file, { head, field, methods }]) => {
      const text = field ? library[file].replace(field, '$&_') : library[file]
      if (!text.includes(head)) throw new Error(`The library has no ${head} in ${file}.`)
      return [file, text.replace(head, head + ' ' + methods) + entryImport]
    }),
  )
}
