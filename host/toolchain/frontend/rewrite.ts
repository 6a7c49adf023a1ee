/**
 * The rewrite of `async`, `await`, `for..of` and destructuring into calls that asc understands and the backend recognises (docs/design.md §5). Lines stay
 * where they are, and columns have a way back. For a function of result type R:
 *
 *     async function f(): Promise<R> { … }    function f(): __Task<R> { if (__begin()) return __frame; … }
 *     return value                            return __complete<R>(value, __self())
 *     …                                       try { … } catch (__error) { return __fail<R>(__error, __self()); }
 *     await awaitable                         __await(awaitable, LINE).getResult(), or .takeResult() of a call (ownCalls.ts)
 *     for (const x of list) body              for (let __list0 = list, __at0 = 0; …; ++__at0) { const x = __list0[__at0]; body }
 *     const { x, y: z } = value               const __value0 = value, x = __value0.x, z = __value0.y
 *
 * `console` and the names above are imported by a line put behind the last one.
 */
import ts from 'typescript'
import { isFilled, isNumberOf, isSpreadMath, isSpreadPush, rewriteCall } from './calls.ts'
import { Boxes } from './captures.ts'
import { collectionImport, isFilledCollection, rewriteCollection } from './collections.ts'
import { promiseImport, rewritePromise } from './promises.ts'
import { Hoists } from './hoisting.ts'
import { Missing } from './missing.ts'
import { namesOf } from './source.ts'
import { bodyOf, functionAround, isLoopVariable } from './nodes.ts'
import { formOf, formResult, isAsync, isGenerator, typeText, yieldText } from './coroutines.ts'
import type { CoroutineForm, TypeNames } from './coroutines.ts'
import { EditList } from './edits.ts'
import type { EditedText } from './edits.ts'
import { Narrowings } from './narrowing.ts'
import { rewriteDeclaration } from './objects.ts'
import { isOwnCall } from './ownCalls.ts'
import { textEnums } from './plainTypes.ts'
import { rewriteOmittedType } from './typeForms.ts'
import { isPattern, patternAssignment, Patterns } from './patterns.ts'
import type { PatternContext } from './patterns.ts'
import { rewriteForm } from './sugar.ts'
import type { Closing, Rewriting } from './sugar.ts'
import type { SourceText } from './source.ts'

/** Lines that bring in what the rewrite has put into a file, by what makes them necessary. */
const imports: [RegExp, string][] = [
  [/^(?:await|__Task)$/, 'import { Task as __Task } from "nothread/guest/task";'],
  [/^(?:await|__Task)$/, 'import { __await } from "nothread/guest/await.inline";'],
  [/^__Task$/, 'import { __complete, __completeVoid, __fail } from "nothread/guest/coroutine";'],
  [
    /^__(?:Task|Generator|AsyncGenerator)$/,
    'import { begin as __begin, self as __self } from "nothread/guest/co";',
  ],
  [
    /^__Generator$/,
    'import { Generator as __Generator, endGenerator as __endGenerator, isClosing as __isClosing } from "nothread/guest/generator"; ' +
      'import { __beginGenerator, __yield } from "nothread/guest/generator.inline";',
  ],
  [
    /^__AsyncGenerator$/,
    'import { AsyncGenerator as __AsyncGenerator, endStream as __endStream, failStream as __failStream, isStreamClosing as __isStreamClosing } from "nothread/guest/generator"; ' +
      'import { __beginStream, __yieldLater } from "nothread/guest/generator.inline";',
  ],
  [/^for$/, 'import { entry as __entry } from "nothread/guest/generator";'],
  [
    /^__Itera/,
    'import { Iterator as __Iterator, Iterable as __Iterable, IteratorResult as __IteratorResult } from "nothread/guest/generator";',
  ],
  [
    /^box$/,
    'import { Box as __Box, box as __box, emptyBox as __emptyBox } from "nothread/guest/closure";',
  ],
  [/^Promise$/, promiseImport],
  [/^collection$/, collectionImport],
  [/^Math$/, 'import { least as __least, greatest as __greatest } from "nothread/guest/numbers";'],
  [/^Number$/, 'import { numberOf as __numberOf } from "nothread/guest/numbers";'],
  [/^filled$/, 'import { filled as __filled } from "nothread/guest/sequences";'],
  [/^console$/, 'import { console } from "nothread/guest/console";'],
]

const iteratorNames = new Map([
  ['Symbol.iterator', '__iterator'],
  ['Symbol.asyncIterator', '__asyncIterator'],
])

/**
 * Rewrite one file without errors (see `checkSource`). In the runtime's own files nothing is narrowed: the tests that this may put in
 * would cost time in every program.
 */
export function rewriteSource(source: SourceText, narrows = true): EditedText {
  const rewriter = new Rewriter(source, narrows)
  rewriter.visit(source.tree)
  return rewriter.finish()
}

class Rewriter implements Rewriting, PatternContext {
  readonly edits = new EditList()
  readonly text: string
  readonly source: SourceText
  /** What has to be imported for the code that was put in. */
  private readonly used = new Set<string>()
  private readonly boxes: Boxes
  private readonly hoists: Hoists
  private readonly missing: Missing
  private readonly narrowings?: Narrowings
  readonly names: TypeNames
  /** The line breaks of a range. */
  readonly lines = (start: number, end: number): string =>
    this.text.slice(start, end).replace(/[^\n]/g, '')
  private items = 0
  private chains = 0
  private readonly patterns = new Patterns(this)

  constructor(source: SourceText, narrows: boolean) {
    this.source = source
    this.text = source.text
    this.hoists = new Hoists(source)
    this.missing = new Missing(source)
    this.boxes = new Boxes(source, this.hoists.boxed)
    if (narrows) this.narrowings = new Narrowings(source, this.boxes)
    this.names = { own: namesOf(source.tree), texts: textEnums(source.tree) }
  }

  visit(node: ts.Node): void {
    this.hoist(node)
    if (ts.isForOfStatement(node)) {
      this.forOf(node)
      return
    }
    const assignment = patternAssignment(node)
    if (assignment) {
      this.patterns.assignment(node, assignment)
      this.visit(assignment.right)
      return
    }
    const form = rewriteForm(node, this)
    const declared = rewriteDeclaration(node, this.edits)
    rewriteOmittedType(node, this)
    const call = rewriteCall(node, this) ?? this.collection(node)
    if (isFilled(node)) this.used.add('filled')
    if (isNumberOf(node, this.source)) this.used.add('Number')
    if (isSpreadMath(node)) this.used.add('Math')
    if (rewritePromise(node, this)) this.used.add('Promise')
    if (isSpreadPush(node)) this.used.add('for')
    const narrowed = this.narrowed(node)
    const maybe = this.missing.has(node)
    if (maybe) this.edits.insert(node.getStart(), '__maybe(')
    const closing = this.open(node)
    ts.forEachChild(node, (child) => this.visit(child))
    if (maybe) this.edits.insert(node.getEnd(), ')')
    // After those of the children, since several may end at the same place.
    for (const part of [call, closing, narrowed, form, declared])
      if (part) this.edits.insert(part.position, part.text)
  }

  /** Functions that are there before their declaration. */
  private hoist(node: ts.Node): void {
    const before = this.hoists.before(node, this.names)
    if (before !== '') {
      this.used.add('box')
      this.edits.insert(node.getStart(), before)
    }
    if (!this.hoists.has(node)) return
    const { name } = node
    this.edits.insert(node.getStart(), `${name.text}.value = `)
    this.edits.blank(name.getStart(), name.getEnd())
    this.edits.insert(node.getEnd(), ';')
    if (formOf(node)) this.used.add('__Task')
  }

  /** A Set or Map that is made of values. */
  private collection(node: ts.Node): Closing | undefined {
    if (!isFilledCollection(node)) return undefined
    this.used.add('collection')
    return rewriteCollection(node, this)
  }

  /** A use of a variable of which more is known. */
  private narrowed(node: ts.Node): Closing | undefined {
    const around = this.narrowings?.around(node)
    if (!around) return undefined
    this.edits.insert(node.getStart(), around.before)
    return { position: node.getEnd(), text: around.behind }
  }

  /** The edits at the beginning of a node; the result is what belongs at its end. */
  private open(node: ts.Node): Closing | undefined {
    if (ts.isFunctionLike(node)) {
      const form = formOf(node)
      if (form) return this.coroutine(node, form)
      this.withoutResult(node)
      return this.boxedParameters(node)
    }
    if (ts.isAwaitExpression(node)) return this.await(node)
    if (ts.isReturnStatement(node)) return this.return(node)
    if (ts.isYieldExpression(node)) return this.yield(node)
    if (ts.isVariableDeclaration(node)) return this.pattern(node) ?? this.boxedVariable(node)
    if (ts.isForStatement(node)) this.boxedLoop(node)
    if (ts.isCatchClause(node)) this.catch(node)
    if (ts.isParameter(node) && isPattern(node.name)) this.patterns.parameter(node)
    if (ts.isIdentifier(node) && this.boxes.has(node)) this.boxedUse(node)
    if (ts.isTypeReferenceNode(node)) this.typeName(node.typeName)
    else if (ts.isExpressionWithTypeArguments(node)) this.typeName(node.expression)
    else if (ts.isComputedPropertyName(node)) this.symbolName(node)
    else if (ts.isIdentifier(node) && node.text === 'console') this.console(node)
    return undefined
  }

  finish(): EditedText {
    const end = this.source.text.length
    const lines = imports
      .filter(([asked]) => [...this.used].some((name) => asked.test(name)))
      .map(([, line]) => line)
    if (lines.length > 0) this.edits.insert(end, '\n' + lines.join(' ') + '\n')
    return this.edits.apply(this.source.text)
  }

  /** A function that can be suspended. */
  private coroutine(node: ts.SignatureDeclaration, form: CoroutineForm): Closing | undefined {
    this.used.add(form.type)
    this.removeMarks(node)
    if (!node.type) this.edits.insert(this.closeParenthesis(node), ': __Task<void>')
    const body = bodyOf(node)
    if (!body) return undefined
    const result = this.resultText(node)
    const frame = `if (__begin()) return changetype<${form.type}<${result}>>(__self());`
    const line = this.lineOf(body)
    const opening = frame + this.parameterBoxes(node) + form.begin(result, line)
    if (ts.isBlock(body)) {
      this.edits.insert(body.getStart() + 1, ' ' + opening)
      return { position: body.getEnd() - 1, text: form.end(result) }
    }
    const isVoid = result === 'void'
    const value = isVoid ? '' : `return __complete<${result}>(`
    this.edits.insert(body.getStart(), `{ ${opening} ${value}`)
    const text = (isVoid ? '' : ', __self());') + form.end(result)
    return { position: body.getEnd(), text: text + '}' }
  }

  /** A function that returns nothing need not say so. */
  private withoutResult(node: ts.SignatureDeclaration): void {
    const isDeclared = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)
    if (isDeclared && !node.type) this.edits.insert(this.closeParenthesis(node), ': void')
  }

  /** asc knows neither `async` nor `function*`. */
  private removeMarks(node: ts.SignatureDeclaration): void {
    const keyword = ts.canHaveModifiers(node)
      ? ts.getModifiers(node)?.find(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)
      : undefined
    if (keyword) this.edits.blank(keyword.getStart(), keyword.getEnd())
    const asterisk = 'asteriskToken' in node ? node.asteriskToken : undefined
    if (asterisk) this.edits.blank(asterisk.getStart(), asterisk.getEnd())
  }

  private lineOf(node: ts.Node): number {
    return this.source.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1
  }

  private await(node: ts.AwaitExpression): Closing {
    const start = node.getStart()
    const line = this.lineOf(node)
    this.used.add('await')
    this.edits.replace(start, start + 'await'.length, '__await(')
    const result = isOwnCall(this.source, node.expression) ? 'takeResult' : 'getResult'
    return { position: node.getEnd(), text: `, ${line}).${result}()` }
  }

  private return(node: ts.ReturnStatement): Closing | undefined {
    const around = functionAround(node)
    const form = around && formOf(around)
    if (!around || !form) return undefined
    const result = this.resultText(around)
    const value = node.expression
    const start = node.getStart()
    if (!value) {
      this.edits.replace(start, start + 'return'.length, form.leave(result))
      return undefined
    }
    if (result === 'void' || isGenerator(around)) {
      this.edits.replace(start, value.getStart(), '{ ' + this.lines(start, value.getStart()))
      this.removeSemicolon(node)
      return { position: value.getEnd(), text: `; ${form.leave(result)} }` }
    }
    this.edits.insert(value.getStart(), `__complete<${result}>(`)
    return { position: value.getEnd(), text: ', __self())' }
  }

  /** A statement that becomes a block has no semicolon, so that an `else` may follow. */
  private removeSemicolon(statement: ts.Node): void {
    const end = statement.getEnd()
    if (this.source.text[end - 1] === ';') this.edits.blank(end - 1, end)
  }

  private yield(node: ts.YieldExpression): Closing | undefined {
    const around = functionAround(node)
    const form = around && formOf(around)
    const value = node.expression
    if (!around || !form || !value) return undefined
    const start = node.getStart()
    const { before, behind } = yieldText(form, this.resultText(around), this.lineOf(node))
    const lines = this.lines(start, value.getStart())
    this.removeSemicolon(node.parent)
    if (!node.asteriskToken) {
      this.edits.replace(start, value.getStart(), before + lines)
      return { position: value.getEnd(), text: behind }
    }
    const item = `__item${this.items++}`
    const isLater = isAsync(around)
    if (isLater) this.used.add('await')
    const from = isLater ? '__eachLater(' : ''
    this.edits.replace(start, value.getStart(), `for (const ${item} of ${from}${lines}`)
    const rest = isLater ? `, ${this.lineOf(node)})` : ''
    this.used.add('for')
    return { position: value.getEnd(), text: `${rest}) ${before}${item}${behind}` }
  }

  /** asc's `catch` has always a name, and never a type. */
  private catch({ variableDeclaration, block }: ts.CatchClause): void {
    if (!variableDeclaration) {
      this.edits.insert(block.getStart(), '(__error) ')
    } else if (variableDeclaration.type) {
      this.edits.blank(variableDeclaration.name.getEnd(), variableDeclaration.type.getEnd())
    }
  }

  /** Loops themselves are asc's business (language/loops.ts); patterns and boxes move into the body. */
  private forOf({ initializer, expression, statement, awaitModifier }: ts.ForOfStatement): void {
    this.used.add('for')
    if (awaitModifier) {
      this.used.add('await')
      this.edits.blank(awaitModifier.getStart(), awaitModifier.getEnd())
      this.edits.insert(expression.getStart(), '__eachLater(')
    }
    const declared = this.loopVariable(initializer)
    this.visit(expression)
    if (awaitModifier) this.edits.insert(expression.getEnd(), `, ${this.lineOf(awaitModifier)})`)
    if (declared !== '') this.edits.insert(statement.getStart(), `{ ${declared}; `)
    this.visit(statement)
    if (declared !== '') this.edits.insert(statement.getEnd(), ' }')
  }

  /** Give the loop a plain variable; the result declares what the program asks for. */
  private loopVariable(initializer: ts.ForInitializer): string {
    if (!ts.isVariableDeclarationList(initializer)) {
      this.visit(initializer)
      return ''
    }
    const [{ name }] = initializer.declarations
    const isBoxed = this.boxes.has(name)
    if (!isPattern(name) && !isBoxed) {
      this.visit(initializer)
      return ''
    }
    const item = `__item${this.items++}`
    this.edits.replace(
      name.getStart(),
      name.getEnd(),
      item + this.lines(name.getStart(), name.getEnd()),
    )
    const keyword = initializer.flags & ts.NodeFlags.Const ? 'const' : 'let'
    if (!isPattern(name)) return `${keyword} ${name.getText()} = ${this.box(item)}`
    return `${keyword} ${this.patterns.parts(name, item, true).join(', ')}`
  }

  /** A declaration with a pattern becomes one of the whole value and one for each name. */
  private pattern({ name, initializer }: ts.VariableDeclaration): Closing | undefined {
    if (!isPattern(name) || !initializer) return undefined
    return { position: initializer.getEnd(), text: this.patterns.declaration(name, initializer) }
  }

  /** The first value of a variable. */
  valueOf(name: ts.Node, value: string): string {
    return this.boxes.has(name) ? this.box(value) : value
  }

  /** The declaration of a variable that is captured and changes. */
  private boxedVariable(node: ts.VariableDeclaration): Closing | undefined {
    const { name, type, initializer } = node
    if (!this.boxes.has(name) || isLoopVariable(node)) return undefined
    this.used.add('box')
    const argument = type ? `<${typeText(type, this.names)}>` : ''
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
      (ts.isVariableDeclaration(parent) ||
        ts.isParameter(parent) ||
        ts.isBindingElement(parent) ||
        ts.isFunctionDeclaration(parent)) &&
      parent.name === node
    if (isDeclared) return
    const value = this.boxed(node)
    const shown = ts.isShorthandPropertyAssignment(parent) ? `${node.text}: ${value}` : value
    this.edits.replace(node.getStart(), node.getEnd(), shown)
  }

  /** A function whose parameters change and are captured; its body moves them into boxes. */
  private boxedParameters(node: ts.SignatureDeclaration): Closing | undefined {
    const text = this.parameterBoxes(node)
    const body = bodyOf(node)
    if (text === '' || !body) return undefined
    if (ts.isBlock(body)) {
      this.edits.insert(body.getStart() + 1, text)
      return undefined
    }
    this.edits.insert(body.getStart(), `{${text} return `)
    return { position: body.getEnd(), text: '; }' }
  }

  private parameterBoxes(node: ts.SignatureDeclaration): string {
    const boxes = node.parameters
      .filter(({ name }) => this.boxes.has(name))
      .map(({ name }) => ` let ${boxOf(name.getText())} = ${this.box(name.getText())};`)
    return boxes.join('') + this.patterns.parameterParts(node)
  }

  private box(value: string): string {
    this.used.add('box')
    return `__box(${value})`
  }

  place(node: ts.Expression): string {
    if (ts.isPropertyAccessExpression(node)) {
      return `${this.place(node.expression)}.${node.name.getText().replace('#', '__')}`
    }
    return this.boxes.has(node) ? this.boxed(node as ts.Identifier) : node.getText()
  }

  number(): number {
    return this.chains++
  }

  /** A variable in a box. */
  private boxed(name: ts.Identifier): string {
    return (this.boxes.isParameter(name) ? boxOf(name.text) : name.text) + '.value'
  }

  /** The parenthesis that closes the head of a loop. */
  private parenthesisBefore(statement: ts.Statement): number {
    const tokens = statement.parent.getChildren(this.source.tree)
    return tokens[tokens.indexOf(statement) - 1].getStart()
  }

  /** Types of the language that the runtime has under other names. */
  private typeName(name: ts.Node): void {
    const replacement = ts.isIdentifier(name) ? typeText(name, this.names) : name.getText()
    if (replacement === name.getText()) return
    this.used.add(replacement)
    this.edits.replace(name.getStart(), name.getEnd(), replacement)
  }

  /** `[Symbol.iterator]` is a method of another name. */
  private symbolName(node: ts.ComputedPropertyName): void {
    const name = iteratorNames.get(node.expression.getText())
    if (name) this.edits.replace(node.getStart(), node.getEnd(), name)
  }

  /** asc has a `console` of its own, which would call the host. */
  private console(node: ts.Identifier): void {
    const isMember = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node
    if (!isMember && !this.source.checker.getSymbolAtLocation(node)) this.used.add('console')
  }

  /** Text of R. */
  private resultText(node: ts.SignatureDeclaration): string {
    const form = formOf(node)
    const result = form && node.type && formResult(node.type, form)
    return result ? typeText(result, this.names) : 'void'
  }

  private closeParenthesis(node: ts.SignatureDeclaration): number {
    const parenthesis = node
      .getChildren(this.source.tree)
      .find(({ kind }) => kind === ts.SyntaxKind.CloseParenToken)
    return parenthesis ? parenthesis.getEnd() : node.getEnd()
  }
}

/** Name of the box of a parameter, which has its own name as a value. */
function boxOf(parameter: string): string {
  return `${parameter}__box`
}
