/**
 * Functions that can be suspended, and `await`, `return` and `yield` in them. What stands in the place of each is in coroutines.ts; for an
 * async function of result type R:
 *
 *     async function f(): Promise<R> { … }    function f(): __Task<R> { if (__begin()) return __frame; … }
 *     return value                            return __complete<R>(value, __self())
 *     …                                       try { … } catch (__error) { return __fail<R>(__error, __self()); }
 *     await awaitable                         __await(awaitable, LINE).getResult(), or .takeResult() of a call (ownCalls.ts)
 */
import ts from 'typescript'
import {
  asyncKeyword,
  formOf,
  formResult,
  isAsync,
  isGenerator,
  typeText,
  yieldText,
} from './coroutines.ts'
import type { CoroutineForm } from './coroutines.ts'
import { bodyOf, functionAround, lineOf, parametersEnd } from './nodes.ts'
import { isOwnCall } from './ownCalls.ts'
import type { RewriteContext } from './rewriteContext.ts'
import type { Closing } from './sugar.ts'

/** The edits for the functions of one file that can be suspended. */
export class Suspension {
  private readonly context: RewriteContext

  constructor(context: RewriteContext) {
    this.context = context
  }

  /** A function that can be suspended. */
  function(node: ts.SignatureDeclaration, form: CoroutineForm): Closing | undefined {
    const { edits, used } = this.context
    used.add(form.type)
    this.removeMarks(node)
    if (!node.type) edits.insert(parametersEnd(node), ': __Task<void>')
    const body = bodyOf(node)
    if (!body) return undefined
    const result = this.resultText(node)
    const frame = `if (__begin()) return changetype<${form.type}<${result}>>(__self());`
    const line = lineOf(body)
    const opening = frame + this.context.parameterParts(node) + form.begin(result, line)
    if (ts.isBlock(body)) {
      edits.insert(body.getStart() + 1, ' ' + opening)
      return { position: body.getEnd() - 1, text: form.end(result) }
    }
    const isVoid = result === 'void'
    const value = isVoid ? '' : `return __complete<${result}>(`
    edits.insert(body.getStart(), `{ ${opening} ${value}`)
    const text = (isVoid ? '' : ', __self());') + form.end(result)
    return { position: body.getEnd(), text: text + '}' }
  }

  /** asc knows neither `async` nor `function*`. */
  private removeMarks(node: ts.SignatureDeclaration): void {
    const { edits } = this.context
    const keyword = asyncKeyword(node)
    if (keyword) edits.blank(keyword.getStart(), keyword.getEnd())
    const asterisk = 'asteriskToken' in node ? node.asteriskToken : undefined
    if (asterisk) edits.blank(asterisk.getStart(), asterisk.getEnd())
  }

  await(node: ts.AwaitExpression): Closing {
    const { edits, source, used } = this.context
    const start = node.getStart()
    used.add('await')
    edits.replace(start, start + 'await'.length, '__await(')
    const result = isOwnCall(source, node.expression) ? 'takeResult' : 'getResult'
    return { position: node.getEnd(), text: `, ${lineOf(node)}).${result}()` }
  }

  return(node: ts.ReturnStatement): Closing | undefined {
    const around = functionAround(node)
    const form = around && formOf(around)
    if (!around || !form) return undefined
    const { edits, lines } = this.context
    const result = this.resultText(around)
    const value = node.expression
    const start = node.getStart()
    if (!value) {
      edits.replace(start, start + 'return'.length, form.leave(result))
      return undefined
    }
    if (result === 'void' || isGenerator(around)) {
      edits.replace(start, value.getStart(), '{ ' + lines(start, value.getStart()))
      this.removeSemicolon(node)
      return { position: value.getEnd(), text: `; ${form.leave(result)} }` }
    }
    edits.insert(value.getStart(), `__complete<${result}>(`)
    return { position: value.getEnd(), text: ', __self())' }
  }

  /** A statement that becomes a block has no semicolon, so that an `else` may follow. */
  private removeSemicolon(statement: ts.Node): void {
    const end = statement.getEnd()
    if (this.context.source.text[end - 1] === ';') this.context.edits.blank(end - 1, end)
  }

  yield(node: ts.YieldExpression): Closing | undefined {
    const around = functionAround(node)
    const form = around && formOf(around)
    const value = node.expression
    if (!around || !form || !value) return undefined
    const start = node.getStart()
    const { before, behind } = yieldText(form, this.resultText(around), lineOf(node))
    const { edits, used } = this.context
    const lines = this.context.lines(start, value.getStart())
    this.removeSemicolon(node.parent)
    if (!node.asteriskToken) {
      edits.replace(start, value.getStart(), before + lines)
      return { position: value.getEnd(), text: behind }
    }
    const item = this.context.item()
    const isLater = isAsync(around)
    if (isLater) used.add('await')
    const from = isLater ? '__eachLater(' : ''
    edits.replace(start, value.getStart(), `for (const ${item} of ${from}${lines}`)
    const rest = isLater ? `, ${lineOf(node)})` : ''
    used.add('for')
    return { position: value.getEnd(), text: `${rest}) ${before}${item}${behind}` }
  }

  /** Text of R. */
  private resultText(node: ts.SignatureDeclaration): string {
    const form = formOf(node)
    const result = form && node.type && formResult(node.type, form)
    return result ? typeText(result, this.context.names) : 'void'
  }
}
