/**
 * Lines of a source with macros and conditions resolved: `.macro`, `.rept`, `.irp`, `.irpc` and `.if` act on text, before statements are
 * parsed. Every line keeps the place it came from and, inside a macro, the place of the call.
 */
import { StatementError } from './lexer.ts'

export interface Line {
  /** Text without comments, with arguments filled in. */
  text: string
  /** The same with comments, for messages. */
  shown: string
  /** Of an included file; the source's own unless given. */
  file?: string
  /** From 1. */
  number: number
  /** Name of the macro and line of its call, outermost last. */
  calls: { macro: string; line: number }[]
}

interface Parameter {
  name: string
  preset: string
  required: boolean
  rest: boolean
}

export interface Macro {
  name: string
  parameters: Parameter[]
  body: Line[]
}

/** Deepest nesting of macro calls; beyond it a macro calls itself for ever. */
const deepestCalls = 64
/** Most lines of a source after expansion. */
const mostLines = 1_000_000

const wholePlace = { column: 0, length: 1 }

function fail(cause: string, remedy: string): never {
  throw new StatementError(wholePlace, cause, remedy)
}

/** The lines of a source, one after the other; expansions are put in front of what is left. */
export class LineSource {
  readonly #stack: { lines: Line[]; at: number }[]
  readonly macros = new Map<string, Macro>()
  #expansions = 0
  #served = 0

  constructor(lines: Line[]) {
    this.#stack = [{ lines, at: 0 }]
  }

  /** The next line, or undefined at the end. */
  next(): Line | undefined {
    for (;;) {
      const top = this.#stack[this.#stack.length - 1]
      if (top === undefined) return undefined
      if (top.at < top.lines.length) {
        if (++this.#served > mostLines) {
          fail('macros and repetitions make too many lines', `The limit is ${mostLines} lines.`)
        }
        return top.lines[top.at++]
      }
      this.#stack.pop()
    }
  }

  /** Puts lines in front of what is left. */
  insert(lines: Line[]): void {
    this.#stack.push({ lines, at: 0 })
  }

  /** Puts the lines of another file in front of what is left. */
  include(lines: Line[]): void {
    if (this.#stack.length >= deepestCalls) {
      fail('files include each other without end', 'Leave one of the .include out.')
    }
    this.insert(lines)
  }

  /** Takes the lines up to the directive that closes `open` (nested ones included). */
  takeBody(open: RegExp, close: RegExp, name: string): Line[] {
    const body: Line[] = []
    for (let depth = 1; ;) {
      const line = this.next()
      if (line === undefined) fail(`${name} has no end`, 'Close it with .endm or .endr.')
      if (open.test(line.text)) depth++
      if (close.test(line.text) && --depth === 0) return body
      body.push(line)
    }
  }

  /** Expands a macro call whose arguments are the rest of the line. */
  call(macro: Macro, argumentText: string, from: Line): void {
    if (from.calls.length >= deepestCalls) {
      fail(`macro ${macro.name} calls itself without end`, 'Stop it with .if or .exitm.')
    }
    const values = bindArguments(macro, splitArguments(argumentText))
    this.insert(substitute(macro.body, values, this.#expansions++, { macro: macro.name, from }))
  }

  /** Repeats lines, each time with other values of one name; `call` names the directive. */
  repeat(body: Line[], name: string, values: string[], call: string, from: Line): void {
    const lines: Line[] = []
    for (const value of values) {
      const binding = new Map(name === '' ? [] : [[name, value]])
      const count = this.#expansions++
      for (const line of substitute(body, binding, count, { macro: call, from })) lines.push(line)
      if (lines.length > mostLines)
        fail('the repetition is too long', `${mostLines} lines at most.`)
    }
    this.insert(lines)
  }

  /** Leaves the innermost expansion. */
  exitMacro(): void {
    if (this.#stack.length > 1) this.#stack.pop()
  }
}

function substitute(
  body: Line[],
  values: Map<string, string>,
  expansion: number,
  call: { macro: string; from: Line },
): Line[] {
  const calls = [{ macro: call.macro, line: call.from.number }, ...call.from.calls]
  return body.map((line) => {
    const text = line.text.replace(/\\(@|\(\)|[A-Za-z_.$][\w.$]*)/g, (whole, name: string) => {
      if (name === '@') return String(expansion)
      if (name === '()') return ''
      return values.get(name) ?? whole
    })
    return { ...line, text, shown: text, calls }
  })
}

/** Splits at commas, or at blanks between words, outside of parentheses and strings. */
export function splitArguments(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let current = ''
  for (const piece of text.match(/"(?:\\.|[^"\\])*"?|'(?:\\.|[^\\])'|\s+|[^\s]/g) ?? []) {
    if (piece === '(') depth++
    if (piece === ')') depth--
    if (piece === ',' && depth <= 0) {
      parts.push(current.trim())
      current = ''
    } else current += piece
  }
  if (current.trim() !== '' || parts.length > 0) parts.push(current.trim())
  return parts
}

function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
}

function bindArguments(macro: Macro, given: string[]): Map<string, string> {
  const values = new Map(macro.parameters.map(({ name, preset }) => [name, preset]))
  const bound = new Set<string>()
  let position = 0
  for (const [index, text] of given.entries()) {
    const keyword = /^([A-Za-z_$][\w$]*)\s*=(?!=)\s*(.*)$/.exec(text)
    if (keyword !== null && values.has(keyword[1])) {
      values.set(keyword[1], unquote(keyword[2]))
      bound.add(keyword[1])
      continue
    }
    const parameter = macro.parameters[position++]
    if (parameter === undefined) {
      const count = macro.parameters.length
      fail(`macro ${macro.name} takes ${count} arguments`, `Leave out '${text}'.`)
    }
    const value = parameter.rest ? given.slice(index).join(', ') : unquote(text)
    if (value !== '') {
      values.set(parameter.name, value)
      bound.add(parameter.name)
    }
    if (parameter.rest) break
  }
  const missing = macro.parameters.find(({ name, required }) => required && !bound.has(name))
  if (missing !== undefined) {
    fail(`macro ${macro.name} needs its argument ${missing.name}`, 'Give it in the call.')
  }
  return values
}

/** Reads `name p1, p2=3, p3:req, p4:vararg` of a `.macro` line. */
export function parseMacroHead(text: string): { name: string; parameters: Parameter[] } {
  const head = /^\s*([A-Za-z_.$][\w.$]*)\s*,?\s*(.*)$/.exec(text)
  if (head === null) fail('.macro needs a name', 'Write .macro name parameter, parameter.')
  const parameters: Parameter[] = []
  const pattern =
    /([A-Za-z_$][\w$]*)(?::(req|vararg))?(?:\s*=\s*("[^"]*"|[^\s,]+))?(?:\s*,\s*|\s+|$)/y
  while (pattern.lastIndex < head[2].trimEnd().length) {
    const at = pattern.lastIndex
    const match = pattern.exec(head[2])
    if (match === null) {
      const found = head[2].slice(at).trim()
      fail(`'${found}' is no macro parameter`, 'Write names, separated by commas.')
    }
    const [, name, qualifier, preset] = match
    parameters.push({
      name,
      preset: unquote(preset ?? ''),
      required: qualifier === 'req',
      rest: qualifier === 'vararg',
    })
  }
  return { name: head[1], parameters }
}
