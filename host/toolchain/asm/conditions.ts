/** Directives that act on text: conditions, macros and repetitions. */
import type { Assembly } from './assembly.ts'
import { parseExpression, TokenReader } from './expression.ts'
import { StatementError, tokenize } from './lexer.ts'
import type { Line, LineSource } from './source.ts'
import { parseMacroHead, splitArguments } from './source.ts'

interface Condition {
  /** Lines are taken now. */
  active: boolean
  /** A branch has been taken already. */
  done: boolean
  /** The lines around are taken. */
  outer: boolean
  seenElse: boolean
  line: number
}

const word = /^\s*(\.[a-z0-9]+)\b\s*/i

export class Conditions {
  readonly #assembly: Assembly
  readonly #lines: LineSource
  readonly #stack: Condition[] = []

  constructor(assembly: Assembly, lines: LineSource) {
    this.#assembly = assembly
    this.#lines = lines
  }

  /** Line of an `.if` that has no end, or undefined. */
  get open(): number | undefined {
    return this.#stack[this.#stack.length - 1]?.line
  }

  get #active(): boolean {
    const top = this.#stack[this.#stack.length - 1]
    return top === undefined || top.active
  }

  /** Handles a statement that is a directive of this kind, or lies in a part left out; false for all others. */
  handle(text: string, column: number, line: Line): boolean {
    const name = word.exec(text)?.[1].toLowerCase() ?? ''
    const rest = text.replace(word, '')
    const start = column + text.length - rest.length
    if (this.#condition(name, rest, start, line)) return true
    if (!this.#active) return true
    return this.#repetition(name, rest, start, line)
  }

  #condition(name: string, rest: string, column: number, line: Line): boolean {
    if (name.startsWith('.if')) {
      const outer = this.#active
      const active = outer && this.#test(name, rest, column)
      this.#stack.push({ active, done: active, outer, seenElse: false, line: line.number })
      return true
    }
    if (name !== '.else' && name !== '.elseif' && name !== '.endif') return false
    const top = this.#stack[this.#stack.length - 1]
    if (top === undefined || (top.seenElse && name !== '.endif')) {
      const place = { column, length: 1 }
      throw new StatementError(place, `${name} belongs to no .if`, 'Write .if before it.')
    }
    if (name === '.endif') this.#stack.pop()
    else {
      top.seenElse = name === '.else'
      const wanted = top.outer && !top.done
      top.active = wanted && (top.seenElse || this.#test('.if', rest, column))
      top.done ||= top.active
    }
    return true
  }

  #test(name: string, rest: string, column: number): boolean {
    const symbols = this.#assembly.symbols
    switch (name) {
      case '.ifdef':
        return symbols.get(rest.trim())?.definition !== undefined
      case '.ifndef':
      case '.ifnotdef':
        return symbols.get(rest.trim())?.definition === undefined
      case '.ifb':
        return rest.trim() === ''
      case '.ifnb':
        return rest.trim() !== ''
      case '.ifeqs':
      case '.ifnes':
      case '.ifc':
      case '.ifnc': {
        const [left = '', right = ''] = splitArguments(rest)
        return (left === right) === (name === '.ifc' || name === '.ifeqs')
      }
      default:
        return this.#compare(name, this.#number(rest, column), column)
    }
  }

  #compare(name: string, value: bigint, column: number): boolean {
    switch (name) {
      case '.if':
      case '.ifne':
        return value !== 0n
      case '.ifeq':
        return value === 0n
      case '.ifgt':
        return value > 0n
      case '.ifge':
        return value >= 0n
      case '.iflt':
        return value < 0n
      case '.ifle':
        return value <= 0n
      default: {
        const remedy =
          'Known are .if .ifdef .ifndef .ifb .ifnb .ifc .ifnc .ifeq .ifne .ifgt .ifge .iflt .ifle.'
        throw new StatementError({ column, length: 1 }, `unknown condition ${name}`, remedy)
      }
    }
  }

  #number(text: string, column: number): bigint {
    const reader = new TokenReader(tokenize(text, column))
    const place = reader.peek()
    const value = this.#assembly.constant(parseExpression(reader, this.#assembly), place, 'this')
    reader.expectEnd()
    return value
  }

  #repetition(name: string, rest: string, column: number, line: Line): boolean {
    switch (name) {
      case '.macro': {
        const body = this.#lines.takeBody(/^\s*\.macro\b/i, /^\s*\.endm\b/i, '.macro')
        const head = parseMacroHead(rest)
        this.#lines.macros.set(head.name.toLowerCase(), { ...head, body })
        return true
      }
      case '.purgem':
        this.#lines.macros.delete(rest.trim().toLowerCase())
        return true
      case '.exitm':
        this.#lines.exitMacro()
        return true
      case '.rep':
      case '.rept': {
        const times = this.#number(rest, column)
        const body = this.#takeRepeated(name)
        if (times > 1_000_000n) {
          throw new StatementError(
            { column, length: 1 },
            `${times} repetitions are too many`,
            'Use .fill.',
          )
        }
        const values = new Array<string>(Math.max(Number(times), 0)).fill('')
        this.#lines.repeat(body, '', values, name, line)
        return true
      }
      case '.irp':
      case '.irpc': {
        const [symbol = '', ...values] = splitArguments(rest.replace(/^(\S+?)\s*(,|\s)\s*/, '$1,'))
        const body = this.#takeRepeated(name)
        const list = name === '.irpc' ? [...values.join('')] : values
        this.#lines.repeat(body, symbol, list, name, line)
        return true
      }
      default:
        return false
    }
  }

  #takeRepeated(name: string): Line[] {
    return this.#lines.takeBody(/^\s*\.(rept?|irpc?)\b/i, /^\s*\.endr\b/i, name)
  }
}
