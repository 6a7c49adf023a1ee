/**
 * A value of JSON, whatever it is. What it is not may not be asked of it: that throws.
 */
import { writeJson } from './jsonWriter';

/** The six kinds of JSON values. */
export enum JsonKind {
  null,
  boolean,
  number,
  string,
  array,
  object,
}

const kindNames: StaticArray<string> = ['null', 'boolean', 'number', 'string', 'array', 'object'];

/** A text that is not JSON. */
export class JsonError extends SyntaxError {
  constructor(
    message: string,
    /** Where reading stopped, in UTF-16 units from the beginning. */
    public readonly position: i32,
    /** The same as line and column, from 1. */
    public readonly line: i32,
    public readonly column: i32,
  ) {
    super(message);
  }
}

export class JsonValue {
  private real: f64 = 0;
  private characters: string = '';
  private list: JsonValue[] | null = null;
  private map: Map<string, JsonValue> | null = null;

  constructor(public readonly kind: JsonKind) {
    if (kind == JsonKind.array) this.list = [];
    else if (kind == JsonKind.object) this.map = new Map<string, JsonValue>();
  }

  static ofBoolean(value: bool): JsonValue {
    const made = new JsonValue(JsonKind.boolean);
    made.real = f64(value);
    return made;
  }

  static ofNumber(value: f64): JsonValue {
    const made = new JsonValue(JsonKind.number);
    made.real = value;
    return made;
  }

  static ofString(value: string): JsonValue {
    const made = new JsonValue(JsonKind.string);
    made.characters = value;
    return made;
  }

  get isNull(): bool {
    return this.kind == JsonKind.null;
  }

  get boolean(): bool {
    this.expect(JsonKind.boolean);
    return this.real != 0;
  }

  get number(): f64 {
    this.expect(JsonKind.number);
    return this.real;
  }

  get string(): string {
    this.expect(JsonKind.string);
    return this.characters;
  }

  /** The values of an array, as they are in it. */
  get items(): JsonValue[] {
    this.expect(JsonKind.array);
    return this.list!;
  }

  /** The members of an object, as they are in it. */
  get members(): Map<string, JsonValue> {
    this.expect(JsonKind.object);
    return this.map!;
  }

  private expect(kind: JsonKind): void {
    if (this.kind == kind) return;
    throw new TypeError(`This JSON value is of kind ${this.kindName}, not ${kindNames[kind]}`);
  }

  private get kindName(): string {
    return kindNames[this.kind];
  }

  /** Values of an array, members of an object; 0 for others. */
  get length(): i32 {
    if (this.kind == JsonKind.array) return this.items.length;
    return this.kind == JsonKind.object ? this.members.size : 0;
  }

  /** A value of an array. */
  at(index: i32): JsonValue {
    const items = this.items;
    if (index < 0 || index >= items.length) {
      throw new RangeError(`This JSON array has no value ${index}, only ${items.length}`);
    }
    return items[index];
  }

  has(name: string): bool {
    return this.kind == JsonKind.object && this.members.has(name);
  }

  /** A member of an object. */
  get(name: string): JsonValue {
    const members = this.members;
    if (!members.has(name)) throw new RangeError(`This JSON object has no member "${name}"`);
    return members.get(name);
  }

  /** A member of an object, or null if there is none or this is no object. */
  find(name: string): JsonValue | null {
    return this.has(name) ? this.members.get(name) : null;
  }

  /** The names of an object's members, in their order. */
  keys(): string[] {
    return this.members.keys();
  }

  /** Give an object a member. Returns the object. */
  set<T>(name: string, value: T): JsonValue {
    this.members.set(name, valueOf<T>(value));
    return this;
  }

  /** Put a value at the end of an array. Returns the array. */
  push<T>(value: T): JsonValue {
    this.items.push(valueOf<T>(value));
    return this;
  }

  /** JSON without spaces. */
  toString(): string {
    return writeJson(this, '');
  }
}

/** Anything that has a JSON value as one: numbers, texts, truth values, null, lists, maps by text, and classes with `toJSON()`. */
export function valueOf<T>(value: T): JsonValue {
  if (isNullable<T>()) {
    if (changetype<usize>(value) == 0) return new JsonValue(JsonKind.null);
  }
  if (isBoolean<T>()) return JsonValue.ofBoolean(<bool>value);
  else if (isInteger<T>() || isFloat<T>()) return numberValue<T>(value);
  else if (isString<T>()) return JsonValue.ofString(changetype<string>(value));
  else if (isArrayLike<T>()) return listValue<T>(value);
  else return objectValue<T>(value);
}

function numberValue<T>(value: T): JsonValue {
  const number = <f64>value;
  // JSON has no infinity, and no "not a number".
  return isFinite(number) ? JsonValue.ofNumber(number) : new JsonValue(JsonKind.null);
}

function listValue<T>(list: T): JsonValue {
  const made = new JsonValue(JsonKind.array);
  const items = made.items;
  for (let index = 0; index < list.length; index++) items.push(valueOf<valueof<T>>(list[index]));
  return made;
}

function objectValue<T>(value: T): JsonValue {
  if (idof<T>() == idof<JsonValue>()) return changetype<JsonValue>(value);
  else if (isDefined(value!.toJSON)) return value!.toJSON();
  else if (isDefined(value!.keys)) return mapValue<T>(value);
  else ERROR('JSON has no form for this type: give the class a method toJSON(): JSON.Value');
}

function mapValue<T>(map: T): JsonValue {
  const made = new JsonValue(JsonKind.object);
  const members = made.members;
  const names = map!.keys();
  const values = map!.values();
  for (let index = 0; index < names.length; index++) {
    members.set(names[index], valueOf(values[index]));
  }
  return made;
}
