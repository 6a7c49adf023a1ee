/**
 * The rewrite of `async`, `await`, `for..of` and destructuring into calls that asc understands and the backend recognises (docs/design.md §5). Lines stay
 * where they are, and columns have a way back. This file goes through the tree; functions that can be suspended are the business of
 * suspension.ts, variables in boxes of boxing.ts, and other forms of the files that `visit` calls.
 *
 *     for (const x of list) body              for (let __list0 = list, __at0 = 0; …; ++__at0) { const x = __list0[__at0]; body }
 *     const { x, y: z } = value               const __value0 = value, x = __value0.x, z = __value0.y
 *
 * `console` and the names that are put in are imported by a line put behind the last one.
 */
import ts from 'typescript'
import { Boxing } from './boxing.ts'
import { isFilled, isNumberOf, isSpreadMath, isSpreadPush, rewriteCall } from './calls.ts'
import { Boxes } from './captures.ts'
import { isFilledCollection, rewriteCollection } from './collections.ts'
import { formOf, typeText } from './coroutines.ts'
import type { TypeNames } from './coroutines.ts'
import { EditList } from './edits.ts'
import type { EditedText } from './edits.ts'
import { Hoists } from './hoisting.ts'
import { Missing } from './missing.ts'
import { Narrowings } from './narrowing.ts'
import { bodyOf, lineOf, parametersEnd } from './nodes.ts'
import { rewriteDeclaration } from './objects.ts'
import { isPattern, patternAssignment, Patterns } from './patterns.ts'
import type { PatternContext } from './patterns.ts'
import { textEnums } from './plainTypes.ts'
import { rewritePromise } from './promises.ts'
import type { RewriteContext } from './rewriteContext.ts'
import { runtimeImports } from './runtimeImports.ts'
import { namesOf } from './source.ts'
import type { SourceText } from './source.ts'
import { rewriteForm } from './sugar.ts'
import type { Closing } from './sugar.ts'
import { Suspension } from './suspension.ts'
import { rewriteOmittedType } from './typeForms.ts'

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

class Rewriter implements RewriteContext, PatternContext {
  readonly edits = new EditList()
  readonly text: string
  readonly source: SourceText
  readonly used = new Set<string>()
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
  private readonly suspension = new Suspension(this)
  private readonly boxing: Boxing

  constructor(source: SourceText, narrows: boolean) {
    this.source = source
    this.text = source.text
    this.hoists = new Hoists(source)
    this.missing = new Missing(source)
    this.boxes = new Boxes(source, this.hoists.boxed)
    this.boxing = new Boxing(this, this.boxes)
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
      if (form) return this.suspension.function(node, form)
      this.withoutResult(node)
      return this.boxedParameters(node)
    }
    if (ts.isAwaitExpression(node)) return this.suspension.await(node)
    if (ts.isReturnStatement(node)) return this.suspension.return(node)
    if (ts.isYieldExpression(node)) return this.suspension.yield(node)
    if (ts.isVariableDeclaration(node)) return this.pattern(node) ?? this.boxing.variable(node)
    if (ts.isForStatement(node)) this.boxing.loop(node)
    if (ts.isCatchClause(node)) this.catch(node)
    if (ts.isParameter(node) && isPattern(node.name)) this.patterns.parameter(node)
    if (ts.isIdentifier(node) && this.boxes.has(node)) this.boxing.use(node)
    if (ts.isTypeReferenceNode(node)) this.typeName(node.typeName)
    else if (ts.isExpressionWithTypeArguments(node)) this.typeName(node.expression)
    else if (ts.isComputedPropertyName(node)) this.symbolName(node)
    else if (ts.isIdentifier(node) && node.text === 'console') this.console(node)
    return undefined
  }

  finish(): EditedText {
    const end = this.source.text.length
    const imports = runtimeImports(this.used)
    if (imports !== '') this.edits.insert(end, `\n${imports}\n`)
    return this.edits.apply(this.source.text)
  }

  /** A function that returns nothing need not say so. */
  private withoutResult(node: ts.SignatureDeclaration): void {
    const isDeclared = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)
    if (isDeclared && !node.type) this.edits.insert(parametersEnd(node), ': void')
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
    if (awaitModifier) this.edits.insert(expression.getEnd(), `, ${lineOf(awaitModifier)})`)
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
    const item = this.item()
    this.edits.replace(
      name.getStart(),
      name.getEnd(),
      item + this.lines(name.getStart(), name.getEnd()),
    )
    const keyword = initializer.flags & ts.NodeFlags.Const ? 'const' : 'let'
    if (!isPattern(name)) return `${keyword} ${name.getText()} = ${this.boxing.box(item)}`
    return `${keyword} ${this.patterns.parts(name, item, true).join(', ')}`
  }

  /** A declaration with a pattern becomes one of the whole value and one for each name. */
  private pattern({ name, initializer }: ts.VariableDeclaration): Closing | undefined {
    if (!isPattern(name) || !initializer) return undefined
    return { position: initializer.getEnd(), text: this.patterns.declaration(name, initializer) }
  }

  /** The first value of a variable. */
  valueOf(name: ts.Node, value: string): string {
    return this.boxes.has(name) ? this.boxing.box(value) : value
  }

  /** A function whose parameters change and are captured; its body moves them into boxes. */
  private boxedParameters(node: ts.SignatureDeclaration): Closing | undefined {
    const text = this.parameterParts(node)
    const body = bodyOf(node)
    if (text === '' || !body) return undefined
    if (ts.isBlock(body)) {
      this.edits.insert(body.getStart() + 1, text)
      return undefined
    }
    this.edits.insert(body.getStart(), `{${text} return `)
    return { position: body.getEnd(), text: '; }' }
  }

  place(node: ts.Expression): string {
    if (ts.isPropertyAccessExpression(node)) {
      return `${this.place(node.expression)}.${node.name.getText().replace('#', '__')}`
    }
    return this.boxes.has(node) ? this.boxing.value(node as ts.Identifier) : node.getText()
  }

  number(): number {
    return this.chains++
  }

  item(): string {
    return `__item${this.items++}`
  }

  parameterParts(node: ts.SignatureDeclaration): string {
    return this.boxing.parameters(node) + this.patterns.parameterParts(node)
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
}
