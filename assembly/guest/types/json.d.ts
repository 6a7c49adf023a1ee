/**
 * JSON for editors and tsc. The language has no objects without a class, so that a text becomes a tree of `JSON.Value`.
 */
declare namespace JSON {
  /** What a text says. Throws `JSON.ParseError` when it is not JSON (RFC 8259). */
  export function parse(text: string): Value;

  /**
   * The text of anything that has a JSON value: numbers, texts, truth values, null, lists, maps by text, `JSON.Value`, and classes
   * with a method `toJSON(): JSON.Value`.
   * @param indent spaces of each level; without it everything is on one line
   */
  export function stringify<T>(value: T, indent?: i32): string;

  /** The JSON value of anything that has one. */
  export function from<T>(value: T): Value;

  /** A new object without members. */
  export function object(): Value;

  /** A new array without values. */
  export function array(): Value;

  /** A value of JSON. What it is not may not be asked of it: that throws a `TypeError`. */
  export class Value {
    private constructor();
    readonly isNull: bool;
    readonly boolean: bool;
    readonly number: f64;
    readonly string: string;
    /** The values of an array, as they are in it. */
    readonly items: Value[];
    /** The members of an object, as they are in it. */
    readonly members: Map<string, Value>;
    /** 0 null, 1 boolean, 2 number, 3 string, 4 array, 5 object. */
    readonly kind: i32;
    /** Values of an array, members of an object; 0 for others. */
    readonly length: i32;
    /** A value of an array. Throws a `RangeError` if there is none. */
    at(index: i32): Value;
    /** Whether this is an object with such a member. */
    has(name: string): bool;
    /** A member of an object. Throws a `RangeError` if there is none. */
    get(name: string): Value;
    /** A member of an object, or null if there is none or this is no object. */
    find(name: string): Value | null;
    /** The names of an object's members, in their order. */
    keys(): string[];
    /** Give an object a member. Returns the object. */
    set<T>(name: string, value: T): Value;
    /** Put a value at the end of an array. Returns the array. */
    push<T>(value: T): Value;
    /** JSON without spaces. */
    toString(): string;
  }

  /** A text that is not JSON. */
  export class ParseError extends SyntaxError {
    private constructor();
    /** Where reading stopped, in UTF-16 units from the beginning. */
    readonly position: i32;
    /** The same as a line, from 1. */
    readonly line: i32;
    /** The same as a column of the line, from 1. */
    readonly column: i32;
  }
}
