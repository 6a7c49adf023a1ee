/**
 * `JSON`, as programs know it. What a text says is a tree of values (jsonValue.ts), because the language has no objects without a class.
 */
import { parseJson } from './jsonParser';
import { JsonError, JsonKind, JsonValue, valueOf } from './jsonValue';
import { writeJson } from './jsonWriter';

export namespace JSON {
  export type Value = JsonValue;
  export type ParseError = JsonError;

  /** What a text says. Throws `JSON.ParseError`. */
  export function parse(text: string): JsonValue {
    return parseJson(text);
  }

  /** The text of anything that has a JSON value; `indent` is the number of spaces of each level. */
  export function stringify<T>(value: T, indent: i32 = 0): string {
    return writeJson(valueOf<T>(value), ' '.repeat(indent));
  }

  /** The JSON value of anything that has one. */
  export function from<T>(value: T): JsonValue {
    return valueOf<T>(value);
  }

  /** A new object without members. */
  export function object(): JsonValue {
    return new JsonValue(JsonKind.object);
  }

  /** A new array without values. */
  export function array(): JsonValue {
    return new JsonValue(JsonKind.array);
  }
}
