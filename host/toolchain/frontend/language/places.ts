/**
 * Which expression of the program asc is at work on: for its messages about library code that the program has led to, and for the case
 * that it gives up.
 */
import { DiagnosticCode } from 'assemblyscript'
import type { DiagnosticEmitter, Program, Range, Statement } from 'assemblyscript'
import { isTooDeep } from '../depth.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'
import type { Patch } from './patch.ts'

/** A range of a source that asc knows by this path. */
export interface Place {
  path: string
  start: number
  end: number
}

/** Places of one compilation. */
export class Places {
  private current: Range | undefined
  /** By message: asc hands out copies. */
  private readonly ranges = new Map<string, Range>()

  /** The innermost expression of the program that asc has begun and not finished. */
  get last(): Place | undefined {
    return placeOf(this.current)
  }

  /** Where a message belongs: its own range, or that of the program's expression which has led there. */
  of(message: Message): Place | undefined {
    const place = placeOf(message.range)
    const isOwn = place !== undefined && !place.path.startsWith('~lib/')
    return isOwn ? place : (placeOf(this.ranges.get(keyOf(message))) ?? place)
  }

  /** Have asc tell what it is at. */
  install({ compiler, emitter, program }: Patch): void {
    const enter = (range: Range): Range | undefined => {
      const before = this.current
      if (!range.source.isLibrary) this.current = range
      return before
    }
    compiler('compileStatement', (original) => {
      const places = this
      return function (this: CompilerInternals, statement: Statement): ExpressionRef {
        const before = enter(statement.range)
        const code = original.call(this, statement)
        places.current = before
        return code
      }
    })
    compiler('compileExpression', (original) => {
      const places = this
      return function (this: CompilerInternals, expression, type, constraints): ExpressionRef {
        const before = enter(expression.range)
        const code = original.call(this, expression, type, constraints)
        places.current = before
        return code
      }
    })
    let hasGivenUp = false
    program(
      'initialize',
      (original) =>
        function (this: Program): void {
          try {
            original.call(this)
          } catch {
            // As below; here it comes of declarations, and mostly behind a message about one of them.
            hasGivenUp = true
            if (this.diagnostics.length === 0)
              this.error(DiagnosticCode.Not_implemented_0, null, 'Form')
          }
        },
    )
    compiler('compile', (original) => {
      const places = this
      return function (this: CompilerInternals) {
        if (hasGivenUp) return this.module
        try {
          return original.call(this)
        } catch (error) {
          // asc asserts that what it meets is one of the forms it knows, and ends the process if not.
          const reason = isTooDeep(error) ? 'Depth' : 'Form'
          this.error(DiagnosticCode.Not_implemented_0, places.current ?? null, reason)
          return this.module
        }
      }
    })
    const ranges = this.ranges
    const at = (): Range | undefined => this.current
    emitter(
      'emitDiagnostic',
      (original) =>
        function (this: DiagnosticEmitter, ...message): void {
          const { length } = this.diagnostics
          original.call(this, ...message)
          const range = at()
          for (const made of this.diagnostics.slice(length))
            if (range) ranges.set(keyOf(made), range)
        },
    )
  }
}

/** What asc tells of a message, in its own object or a copy. */
export interface Message {
  code: number
  message: string
  range?: MessageRange | null
}

interface MessageRange {
  start: number
  end: number
  source?: { normalizedPath: string } | null
}

function keyOf({ code, message, range }: Message): string {
  return `${code} ${range?.source?.normalizedPath}:${range?.start} ${message}`
}

function placeOf(range: MessageRange | null | undefined): Place | undefined {
  if (!range?.source) return undefined
  return { path: range.source.normalizedPath, start: range.start, end: range.end }
}
