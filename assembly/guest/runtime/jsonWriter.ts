/**
 * Writing JSON, as `JSON.stringify` of JavaScript writes it. The way down is kept in a list, not on the stack.
 */
import { JsonKind, JsonValue } from './jsonValue';

const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;
/** Deeper than this a value contains itself, or nearly so. */
const maximumDepth = 10_000;
const shortEscapes = 'btnvfr';

/** The text of a value; with an indent every value has its own line. */
export function writeJson(value: JsonValue, indent: string): string {
  return new Writer(indent).write(value);
}

/** An array or object that is being written. */
class Level {
  index: i32 = 0;
  names: string[];
  values: JsonValue[];

  constructor(public readonly value: JsonValue) {
    const isArray = value.kind == JsonKind.array;
    this.names = isArray ? [] : value.members.keys();
    this.values = isArray ? value.items : value.members.values();
  }
}

class Writer {
  private parts: string[] = [];
  private levels: Level[] = [];

  constructor(private readonly indent: string) {}

  write(value: JsonValue): string {
    this.begin(value);
    while (this.levels.length > 0) this.step(this.levels[this.levels.length - 1]);
    return this.parts.join('');
  }

  /** Write the next value of an array or object, or its end. */
  private step(level: Level): void {
    const isArray = level.value.kind == JsonKind.array;
    if (level.index == level.values.length) {
      this.levels.pop();
      if (level.index > 0) this.breakLine();
      this.parts.push(isArray ? ']' : '}');
      return;
    }
    if (level.index > 0) this.parts.push(',');
    this.breakLine();
    if (!isArray) {
      this.parts.push(quoted(level.names[level.index]));
      this.parts.push(this.indent.length > 0 ? ': ' : ':');
    }
    this.begin(level.values[level.index++]);
  }

  private breakLine(): void {
    if (this.indent.length > 0) this.parts.push('\n' + this.indent.repeat(this.levels.length));
  }

  /** Write a value; of an array or object, its beginning. */
  private begin(value: JsonValue): void {
    if (value.kind < JsonKind.array) {
      this.parts.push(scalar(value));
      return;
    }
    if (this.levels.length == maximumDepth) {
      throw new TypeError('A JSON value is nested too deeply; it may contain itself');
    }
    this.parts.push(value.kind == JsonKind.array ? '[' : '{');
    this.levels.push(new Level(value));
  }
}

function scalar(value: JsonValue): string {
  if (value.kind == JsonKind.string) return quoted(value.string);
  if (value.kind == JsonKind.number) return numberText(value.number);
  if (value.kind == JsonKind.boolean) return value.boolean ? 'true' : 'false';
  return 'null';
}

/** A number without the point that AssemblyScript puts behind integers; there is no infinity. */
function numberText(value: f64): string {
  if (!isFinite(value)) return 'null';
  // Minus zero is written as 0, as in JavaScript.
  const text = value == 0 ? '0' : value.toString();
  return text.endsWith('.0') ? text.substring(0, text.length - 2) : text;
}

function quoted(text: string): string {
  let result = '"';
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const isPlain = code >= SPACE && code != QUOTE && code != BACKSLASH;
    if (isPlain && !isLoneSurrogate(text, index, code)) continue;
    result += text.substring(start, index) + escape(code);
    start = index + 1;
  }
  return result + text.substring(start) + '"';
}

function escape(code: i32): string {
  if (code == QUOTE || code == BACKSLASH) return '\\' + String.fromCharCode(code);
  // From 8 to 13 there are letters, but none for the vertical tab.
  if (code >= 8 && code <= 13 && code != 11) return '\\' + shortEscapes.charAt(code - 8);
  return '\\u' + code.toString(16).padStart(4, '0');
}

/** Whether a unit is half of a pair whose other half is missing. */
function isLoneSurrogate(text: string, index: i32, code: i32): bool {
  if ((code & 0xfc00) == 0xd800) {
    return index + 1 >= text.length || (text.charCodeAt(index + 1) & 0xfc00) != 0xdc00;
  }
  if ((code & 0xfc00) != 0xdc00) return false;
  return index == 0 || (text.charCodeAt(index - 1) & 0xfc00) != 0xd800;
}
