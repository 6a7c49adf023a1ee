/**
 * The rewrite of `async`, `await`, `for..of` and destructuring into calls that asc understands and the backend recognises (docs/design.md §5). Lines stay
 * where they are, and columns have a way back. For a function of result type R:
 *
 *     async function f(): Promise<R> { … }    function f(): __Task<R> { if (__begin()) return __frame; … }
 *     return value                            return __complete<R>(value, __self())
 *     …                                       try { … } catch (__error) { return __fail<R>(__error, __self()); }
 *     await awaitable                         __await(awaitable, LINE).getResult()
 *     for (const x of list) body              for (let __list0 = list, __at0 = 0; …; ++__at0) { const x = __list0[__at0]; body }
 *     const { x, y: z } = value               const __value0 = value, x = __value0.x, z = __value0.y
 *
 * `console` and the names above are imported by a line put behind the last one.
 */
import ts from 'typescript'
import { Boxes } from './captures.ts'
import { asyncResult, functionAround, isAsync, isPattern } from './check.ts'
import { EditList } from './edits.ts'
import type { EditedText } from './edits.ts'
import type { SourceText } from './source.ts'

const coroutineImport = [
  'import { Task as __Task } from "nothread/guest/task";',
  'import { __await } from "nothread/guest/await.inline";',
  'import { __complete, __completeVoid, __fail } from "nothread/guest/coroutine";',
  'import { begin as __begin, self as __self } from "nothread/guest/co";',
].join(' ')
const boxImport =
  'import { Box as __Box, box as __box, emptyBox as __emptyBox } from "nothread/guest/closure";'
const consoleImport = 'import { console } from "nothread/guest/console";'

/** Rewrite one file without errors (see `checkSource`). */
export function rewriteSource(source: SourceText): EditedText {
  const rewriter = new Rewriter(source)
  rewriter.visit(source.tree)
  return rewriter.finish()
}

/** Text to put in behind a node. */
interface Closing {
  position: number
  text: string
}

class Rewriter {
  private readonly edits = new EditList()
  private readonly source: SourceText
  private usesCoroutines = false
  private usesConsole = false
  private usesBoxes = false
  private readonly boxes: Boxes
  private loops = 0
  private patterns = 0

  constructor(source: SourceText) {
    this.source = source
    this.boxes = new Boxes(source)
  }

  visit(node: ts.Node): void {
    if (ts.isForOfStatement(node)) {
      this.forOf(node)
      return
    }
    const closing = this.open(node)
    ts.forEachChild(node, (child) => this.visit(child))
    // After those of the children, since several may end at the same place.
    if (closing) this.edits.insert(closing.position, closing.text)
  }

  /** The edits at the beginning of a node; the result is what belongs at its end. */
  private open(node: ts.Node): Closing | undefined {
    if (ts.isFunctionLike(node) && isAsync(node)) return this.asyncFunction(node)
    if (ts.isFunctionLike(node)) return this.boxedParameters(node)
    if (ts.isAwaitExpression(node)) return this.await(node)
    if (ts.isReturnStatement(node)) return this.return(node)
    if (ts.isVariableDeclaration(node)) return this.pattern(node) ?? this.boxedVariable(node)
    if (ts.isForStatement(node)) this.boxedLoop(node)
    if (ts.isCatchClause(node)) this.catch(node)
    if (ts.isIdentifier(node) && this.boxes.has(node)) this.boxedUse(node)
    if (ts.isTypeReferenceNode(node)) this.typeReference(node)
    else if (ts.isIdentifier(node) && node.text === 'console') this.console(node)
    return undefined
  }

  finish(): EditedText {
    const end = this.source.text.length
    const imports = [
      ...(this.usesCoroutines ? [coroutineImport] : []),
      ...(this.usesBoxes ? [boxImport] : []),
      ...(this.usesConsole ? [consoleImport] : []),
    ]
    if (imports.length > 0) this.edits.insert(end, '\n' + imports.join(' ') + '\n')
    return this.edits.apply(this.source.text)
  }

  private asyncFunction(node: ts.SignatureDeclaration): Closing | undefined {
    this.usesCoroutines = true
    const keyword = ts.canHaveModifiers(node)
      ? ts.getModifiers(node)?.find(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)
      : undefined
    if (keyword) this.edits.blank(keyword.getStart(), keyword.getEnd())
    if (!node.type) this.edits.insert(this.closeParenthesis(node), ': __Task<void>')
    const body = 'body' in node ? (node.body as ts.Node | undefined) : undefined
    if (!body) return undefined
    const result = this.resultText(node)
    const begin = `if (__begin()) return changetype<__Task<${result}>>(__self());`
    const prologue = begin + this.parameterBoxes(node) + ' try {'
    return ts.isBlock(body)
      ? this.blockBody(body, prologue, result)
      : this.expressionBody(body, prologue, result)
  }

  private blockBody(body: ts.Block, prologue: string, result: string): Closing | undefined {
    this.edits.insert(body.getStart() + 1, ' ' + prologue)
    const end = result === 'void' ? '; return __completeVoid(__self());' : ''
    return { position: body.getEnd() - 1, text: `${end} ${failing(result)} ` }
  }

  private expressionBody(body: ts.Node, prologue: string, result: string): Closing {
    const isVoid = result === 'void'
    const opening = isVoid ? '' : `return __complete<${result}>(`
    this.edits.insert(body.getStart(), `{ ${prologue} ${opening}`)
    const closing = isVoid ? '; return __completeVoid(__self());' : ', __self());'
    return { position: body.getEnd(), text: `${closing} ${failing(result)} }` }
  }

  private await(node: ts.AwaitExpression): Closing {
    const start = node.getStart()
    const line = this.source.tree.getLineAndCharacterOfPosition(start).line + 1
    this.edits.replace(start, start + 'await'.length, '__await(')
    return { position: node.getEnd(), text: `, ${line}).getResult()` }
  }

  private return(node: ts.ReturnStatement): Closing | undefined {
    const around = functionAround(node)
    if (!around || !isAsync(around)) return undefined
    const result = this.resultText(around)
    const value = node.expression
    if (!value) {
      return { position: node.getStart() + 'return'.length, text: ' __completeVoid(__self())' }
    }
    if (result === 'void') {
      this.edits.replace(
        node.getStart(),
        value.getStart(),
        '{ ' + this.lines(node.getStart(), value.getStart()),
      )
      return { position: value.getEnd(), text: '; return __completeVoid(__self()) }' }
    }
    this.edits.insert(value.getStart(), `__complete<${result}>(`)
    return { position: value.getEnd(), text: ', __self())' }
  }

  /** asc's `catch` has always a name, and never a type. */
  private catch({ variableDeclaration, block }: ts.CatchClause): void {
    if (!variableDeclaration) {
      this.edits.insert(block.getStart(), '(__error) ')
    } else if (variableDeclaration.type) {
      this.edits.blank(variableDeclaration.name.getEnd(), variableDeclaration.type.getEnd())
    }
  }

  /** Whatever has a length and an index: arrays, typed arrays, strings. The variable moves into the body. */
  private forOf({ initializer, expression, statement }: ts.ForOfStatement): void {
    const list = `__list${this.loops}`
    const at = `__at${this.loops}`
    this.loops++
    const start = initializer.getStart()
    const lines = this.lines(start, expression.getStart())
    this.edits.replace(start, expression.getStart(), `let ${list} = ${lines}`)
    this.visit(expression)
    const head = `, ${at} = 0; ${at} < ${list}.length; ++${at}`
    this.edits.insert(this.parenthesisBefore(statement), head)
    const variable = initializer.getText().replace(/\s+/g, ' ')
    this.edits.insert(statement.getStart(), `{ ${variable} = ${list}[${at}]; `)
    this.visit(statement)
    this.edits.insert(statement.getEnd(), ' }')
  }

  /** A declaration with a pattern becomes one of the whole value and one for each name. */
  private pattern({ name, initializer }: ts.VariableDeclaration): Closing | undefined {
    if (!isPattern(name) || !initializer) return undefined
    const whole = `__value${this.patterns++}`
    const start = name.getStart()
    const lines = this.lines(start, initializer.getStart())
    this.edits.replace(start, initializer.getStart(), `${whole} = ${lines}`)
    const parts = name.elements.map((element, index) => {
      if (ts.isOmittedExpression(element)) return ''
      const variable = element.name.getText()
      const member = (element.propertyName ?? element.name).getText()
      const place = ts.isArrayBindingPattern(name) ? `[${index}]` : `.${member}`
      const value = `${whole}${place}`
      return `, ${variable} = ${this.boxes.has(element.name) ? this.box(value) : value}`
    })
    return { position: initializer.getEnd(), text: parts.join('') }
  }

  /** The declaration of a variable that is captured and changes. */
  private boxedVariable(node: ts.VariableDeclaration): Closing | undefined {
    const { name, type, initializer } = node
    if (!this.boxes.has(name) || isLoopVariable(node)) return undefined
    this.usesBoxes = true
    const argument = type ? `<${this.typeText(type)}>` : ''
    if (!initializer) {
      this.edits.replace(name.getEnd(), node.getEnd(), ` = __emptyBox${argument}()`)
      return undefined
    }
    const lines = this.lines(name.getEnd(), initializer.getStart())
    this.edits.replace(name.getEnd(), initializer.getStart(), ` = __box${argument}(${lines}`)
    return { position: initializer.getEnd(), text: ')' }
  }

  /** Each round of a loop has variables of its own. */
  private boxedLoop({ initializer, incrementor, statement }: ts.ForStatement): void {
    if (!initializer || !ts.isVariableDeclarationList(initializer)) return
    const renewed = initializer.declarations
      .filter(({ name }) => this.boxes.has(name))
      .map(({ name }) => `${name.getText()} = __box(${name.getText()}.value)`)
    if (renewed.length === 0) return
    const text = renewed.join(', ')
    if (incrementor) this.edits.insert(incrementor.getStart(), text + ', ')
    else this.edits.insert(this.parenthesisBefore(statement), text)
  }

  private boxedUse(node: ts.Identifier): void {
    const { parent } = node
    const isDeclared =
      (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) &&
      parent.name === node
    if (isDeclared) return
    const value = (this.boxes.isParameter(node) ? boxOf(node.text) : node.text) + '.value'
    const shown = ts.isShorthandPropertyAssignment(parent) ? `${node.text}: ${value}` : value
    this.edits.replace(node.getStart(), node.getEnd(), shown)
  }

  /** A function whose parameters change and are captured; its body moves them into boxes. */
  private boxedParameters(node: ts.SignatureDeclaration): Closing | undefined {
    const text = this.parameterBoxes(node)
    const body = 'body' in node ? (node.body as ts.Node | undefined) : undefined
    if (text === '' || !body) return undefined
    if (ts.isBlock(body)) {
      this.edits.insert(body.getStart() + 1, text)
      return undefined
    }
    this.edits.insert(body.getStart(), `{${text} return `)
    return { position: body.getEnd(), text: '; }' }
  }

  private parameterBoxes(node: ts.SignatureDeclaration): string {
    return node.parameters
      .filter(({ name }) => this.boxes.has(name))
      .map(({ name }) => ` let ${boxOf(name.getText())} = ${this.box(name.getText())};`)
      .join('')
  }

  private box(value: string): string {
    this.usesBoxes = true
    return `__box(${value})`
  }

  /** The line breaks of a range. */
  private lines(start: number, end: number): string {
    return this.source.text.slice(start, end).replace(/[^\n]/g, '')
  }

  /** The parenthesis that closes the head of a loop. */
  private parenthesisBefore(statement: ts.Statement): number {
    const tokens = statement.parent.getChildren(this.source.tree)
    return tokens[tokens.indexOf(statement) - 1].getStart()
  }

  private typeReference(node: ts.TypeReferenceNode): void {
    const name = node.typeName
    if (!ts.isIdentifier(name) || name.text !== 'Promise') return
    this.usesCoroutines = true
    this.edits.replace(name.getStart(), name.getEnd(), '__Task')
  }

  /** asc has a `console` of its own, which would call the host. */
  private console(node: ts.Identifier): void {
    const isMember = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node
    if (!isMember && !this.source.checker.getSymbolAtLocation(node)) this.usesConsole = true
  }

  /** Text of R, with `Promise` inside of it rewritten too. */
  private resultText(node: ts.SignatureDeclaration): string {
    const result = node.type && asyncResult(node.type)
    if (!result) return 'void'
    return this.typeText(result)
  }

  /** A type on one line, in asc's terms. */
  private typeText(type: ts.TypeNode): string {
    return type
      .getText()
      .replace(/\s+/g, ' ')
      .replace(/\bPromise\b/g, '__Task')
  }

  private closeParenthesis(node: ts.SignatureDeclaration): number {
    const parenthesis = node
      .getChildren(this.source.tree)
      .find(({ kind }) => kind === ts.SyntaxKind.CloseParenToken)
    return parenthesis ? parenthesis.getEnd() : node.getEnd()
  }
}

/** The end of a coroutine's body: an error that it does not catch becomes that of its task. */
function failing(result: string): string {
  return `} catch (__error) { return __fail<${result}>(__error, __self()); }`
}

/** Name of the box of a parameter, which has its own name as a value. */
function boxOf(parameter: string): string {
  return `${parameter}__box`
}

function isLoopVariable({ parent }: ts.VariableDeclaration): boolean {
  return ts.isForOfStatement(parent.parent)
}
