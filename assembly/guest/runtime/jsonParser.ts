/**
 * Reading JSON: RFC 8259, nothing more and nothing less. Arrays and objects that are open are kept in a list, not on the stack, so
 * that no depth is too deep. Of members with the same name the last one counts.
 */
import { parseNumber } from './numberText';
import { JsonError, JsonKind, JsonValue } from './jsonValue';

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const END = -1;

/** What a text says. */
export function parseJson(text: string): JsonValue {
  return new Parser(text).parse();
}

class Parser {
  private place: i32 = 0;
  private open: JsonValue[] = [];

  constructor(private readonly text: string) {}

  parse(): JsonValue {
    const root = this.value();
    while (this.open.length > 0) this.step(this.open[this.open.length - 1]);
    if (this.next() != END) this.fail();
    return root;
  }

  /** Read the next value of the innermost open array or object, or its end. */
  private step(container: JsonValue): void {
    const isArray = container.kind == JsonKind.array;
    if (this.next() == (isArray ? CLOSE_ARRAY : CLOSE_OBJECT)) {
      this.place++;
      this.open.pop();
      return;
    }
    if (container.length > 0) this.take(COMMA);
    if (isArray) {
      container.items.push(this.value());
      return;
    }
    if (this.next() != QUOTE) this.fail();
    const name = this.string();
    this.take(COLON);
    container.members.set(name, this.value());
  }

  /** The character at the place, `END` behind the last. */
  private code(): i32 {
    return this.place < this.text.length ? this.text.charCodeAt(this.place) : END;
  }

  /** The next character that is no space. */
  private next(): i32 {
    let code = this.code();
    while (code == SPACE || code == LINE_FEED || code == CARRIAGE_RETURN || code == TAB) {
      this.place++;
      code = this.code();
    }
    return code;
  }

  private take(code: i32): void {
    if (this.next() != code) this.fail();
    this.place++;
  }

  /** A value; of an array or object, its beginning. */
  private value(): JsonValue {
    const code = this.next();
    if (code == QUOTE) return JsonValue.ofString(this.string());
    if (code == MINUS || isDigit(code)) return JsonValue.ofNumber(this.number());
    if (code == OPEN_ARRAY) return this.begin(JsonKind.array);
    if (code == OPEN_OBJECT) return this.begin(JsonKind.object);
    if (this.skipWord('true')) return JsonValue.ofBoolean(true);
    if (this.skipWord('false')) return JsonValue.ofBoolean(false);
    if (!this.skipWord('null')) this.fail();
    return new JsonValue(JsonKind.null);
  }

  private begin(kind: JsonKind): JsonValue {
    const container = new JsonValue(kind);
    this.open.push(container);
    this.place++;
    return container;
  }

  private skipWord(word: string): bool {
    if (!this.text.startsWith(word, this.place)) return false;
    this.place += word.length;
    return true;
  }

  private number(): f64 {
    const start = this.place;
    this.skip(MINUS);
    if (!this.skip(ZERO)) this.digits();
    if (this.skip(POINT)) this.digits();
    if (this.skip(101) || this.skip(69)) {
      if (!this.skip(MINUS)) this.skip(PLUS);
      this.digits();
    }
    return parseNumber(this.text.substring(start, this.place));
  }

  private skip(code: i32): bool {
    if (this.code() != code) return false;
    this.place++;
    return true;
  }

  /** One digit or more. */
  private digits(): void {
    const start = this.place;
    while (isDigit(this.code())) this.place++;
    if (this.place == start) this.fail();
  }

  private string(): string {
    let result = '';
    let start = ++this.place;
    while (true) {
      const code = this.code();
      if (code < SPACE) this.fail();
      if (code != QUOTE && code != BACKSLASH) {
        this.place++;
        continue;
      }
      if (this.place > start) result += this.text.substring(start, this.place);
      this.place++;
      if (code == QUOTE) return result;
      result += this.escaped();
      start = this.place;
    }
    return result;
  }

  /** What stands behind a backslash. */
  private escaped(): string {
    const index = '"\\/bfnrtu'.indexOf(this.text.charAt(this.place));
    if (this.code() == END || index < 0) this.fail();
    this.place++;
    return index < 8 ? '"\\/\b\f\n\r\t'.charAt(index) : this.unit();
  }

  /** A UTF-16 unit as four hexadecimal digits. */
  private unit(): string {
    let unit = 0;
    for (let count = 0; count < 4; count++) {
      const digit = hexDigit(this.code());
      if (digit < 0) this.fail();
      unit = unit * 16 + digit;
      this.place++;
    }
    return String.fromCharCode(unit);
  }

  /** The character at the place may not stand there. */
  private fail(): void {
    const before = this.text.substring(0, this.place);
    const line = before.split('\n').length;
    const column = this.place - before.lastIndexOf('\n');
    const found = this.code() == END ? 'The text ends' : 'Unexpected ' + this.shown();
    const message = `${found} at line ${line}, column ${column} of the JSON text`;
    throw new JsonError(message, this.place, line, column);
  }

  private shown(): string {
    const code = this.code();
    return code >= SPACE ? `"${this.text.charAt(this.place)}"` : 'character ' + code.toString();
  }
}

function isDigit(code: i32): bool {
  return <u32>(code - ZERO) < 10;
}

/** The value of a hexadecimal digit, negative if it is none. */
function hexDigit(code: i32): i32 {
  if (isDigit(code)) return code - ZERO;
  const letter = (code | 32) - 97;
  return <u32>letter < 6 ? letter + 10 : -1;
}
