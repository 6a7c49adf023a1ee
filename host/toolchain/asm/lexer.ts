/**
 * Words of an assembly statement: names, numbers, references to numeric labels, characters, strings, operators and
 * `%modifiers`. Comments are blanked before, so that columns stay true.
 */

/** A mistake in one statement. `column` counts from 0 in the statement's line. */
export class StatementError extends Error {
  readonly column: number
  readonly length: number
  readonly remedy: string

  constructor(place: { column: number; length: number }, cause: string, remedy: string) {
    super(cause)
    this.column = place.column
    this.length = place.length
    this.remedy = remedy
  }
}

export type TokenKind =
  'name' | 'number' | 'localLabel' | 'string' | 'operator' | 'modifier' | 'end'

export interface Token {
  kind: TokenKind
  text: string
  /** Value of a number or character; of a number of more than 53 bits, an inexact one. */
  value: number
  /** From 0. */
  column: number
  length: number
}

const blank = /[ \t\r\f]+/y
const name = /[A-Za-z_.$][\w.$]*/y
const localLabel = /\d+[bf](?![\w.$])/y
const number = /0[xX][0-9a-fA-F]+|0[bB][01]+|\d+/y
const modifier = /%(?:hi|lo|pcrel_hi|pcrel_lo|got_pcrel_hi|tprel_hi|tprel_lo|tprel_add)\b/y
const operator = /<<|>>|<=|>=|==|!=|<>|&&|\|\||[-+*/%<>=&|^~!(),:@\\]/y

const escapes: Record<string, number> = {
  b: 8,
  t: 9,
  n: 10,
  f: 12,
  r: 13,
  '"': 34,
  "'": 39,
  '\\': 92,
}

const encoder = new TextEncoder()

/** Cuts a statement into tokens; the last one has the kind `end`. `column` is where the text begins in its line. */
export function tokenize(text: string, column = 0): Token[] {
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  const push = (kind: TokenKind, length: number, value = 0): void => {
    tokens.push({ kind, text: text.slice(at, at + length), value, column: column + at, length })
    at += length
  }
  for (;;) {
    at += match(blank)?.length ?? 0
    if (at >= text.length) break
    const found = { localLabel: match(localLabel), number: match(number), name: match(name) }
    const mark = match(modifier) ?? match(operator)
    if (found.localLabel !== undefined) push('localLabel', found.localLabel.length)
    else if (found.number !== undefined) {
      push('number', found.number.length, numberValue(found.number, column + at))
    } else if (found.name !== undefined) push('name', found.name.length)
    else if (text[at] === "'") pushCharacter(text, at, column, push)
    else if (text[at] === '"') push('string', stringLength(text, at, column))
    else if (mark !== undefined) push(/^%./.test(mark) ? 'modifier' : 'operator', mark.length)
    else {
      const place = { column: column + at, length: 1 }
      throw new StatementError(place, `unexpected character '${text[at]}'`, 'Remove it.')
    }
  }
  tokens.push(endToken(column + text.length))
  return tokens
}

/** The token behind the last one. */
export function endToken(column: number): Token {
  return { kind: 'end', text: '', value: 0, column, length: 1 }
}

function numberValue(text: string, column: number): number {
  const octal = /^0[0-7]+$/.test(text)
  if (!octal && /^0\d/.test(text)) {
    const place = { column, length: text.length }
    const remedy = 'A leading 0 means base 8, whose digits are 0 to 7.'
    throw new StatementError(place, `${text} is not a number in base 8`, remedy)
  }
  const value = exactNumber(text)
  if (value >= 1n << 64n) {
    const place = { column, length: text.length }
    const remedy = 'Numbers go up to 0xffffffffffffffff.'
    throw new StatementError(place, `${text} does not fit into 64 bits`, remedy)
  }
  return Number(value)
}

/** The value of the text of a number. */
export function exactNumber(text: string): bigint {
  return BigInt(/^0[0-7]+$/.test(text) ? `0o${text}` : text)
}

function pushCharacter(
  text: string,
  at: number,
  column: number,
  push: (kind: TokenKind, length: number, value: number) => void,
): void {
  const { bytes, length } = readCharacter(text, at + 1, column)
  const closed = text[at + 1 + length] === "'"
  if (bytes.length !== 1) {
    const place = { column: column + at, length: length + 1 }
    throw new StatementError(place, 'a character constant holds one byte', "Write it as 'a'.")
  }
  push('number', 1 + length + (closed ? 1 : 0), bytes[0])
}

/** One character of a string or character constant, with its escape. */
function readCharacter(
  text: string,
  at: number,
  column: number,
): { bytes: number[]; length: number } {
  if (at >= text.length) {
    const place = { column: column + at - 1, length: 1 }
    throw new StatementError(place, 'the constant has no end', 'Close it with a quotation mark.')
  }
  if (text[at] !== '\\') {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
    return { bytes: [...encoder.encode(character)], length: character.length }
  }
  const octal = /^\\([0-7]{1,3})/.exec(text.slice(at))
  if (octal !== null) return { bytes: [parseInt(octal[1], 8) & 255], length: octal[0].length }
  const hex = /^\\[xX]([0-9a-fA-F]+)/.exec(text.slice(at))
  if (hex !== null) return { bytes: [parseInt(hex[1].slice(-2), 16)], length: hex[0].length }
  const value = escapes[text[at + 1]]
  if (value === undefined) {
    const place = { column: column + at, length: 2 }
    throw new StatementError(
      place,
      `unknown escape ${text.slice(at, at + 2)}`,
      'Known are \\b \\t \\n \\f \\r \\" \\\\ \\0 to \\377 and \\x00.',
    )
  }
  return { bytes: [value], length: 2 }
}

function stringLength(text: string, start: number, column: number): number {
  let at = start + 1
  while (text[at] !== '"') {
    if (at >= text.length) {
      const place = { column: column + start, length: text.length - start }
      throw new StatementError(place, 'the string has no end', 'Close it with a quotation mark.')
    }
    at += readCharacter(text, at, column).length
  }
  return at + 1 - start
}

/** The bytes of a string token. */
export function stringBytes(token: Token): Uint8Array {
  const bytes: number[] = []
  const inner = token.text.slice(1, -1)
  for (let at = 0; at < inner.length;) {
    const character = readCharacter(inner, at, token.column + 1)
    bytes.push(...character.bytes)
    at += character.length
  }
  return Uint8Array.from(bytes)
}

/** What a comment, string or separator looks like, for the two functions below. */
const lexicalParts = /"(?:\\.|[^"\\])*"?|'(?:\\.|[^\\])'?|\/\*[^]*?(?:\*\/|$)|(?:#|\/\/)[^\n]*|;/g

/** Replaces comments by blanks of the same length; line breaks stay. */
export function blankComments(source: string): string {
  return source.replace(lexicalParts, (part) =>
    part[0] === '#' || part[0] === '/' ? part.replace(/[^\n]/g, ' ') : part,
  )
}

/** Statements of a line without comments, with their columns from 0. */
export function splitStatements(line: string): { text: string; column: number }[] {
  const statements: { text: string; column: number }[] = []
  let start = 0
  for (const part of line.matchAll(lexicalParts)) {
    if (part[0] !== ';') continue
    statements.push({ text: line.slice(start, part.index), column: start })
    start = part.index + 1
  }
  statements.push({ text: line.slice(start), column: start })
  return statements
}
