/**
 * Inner functions that are used before their declaration, and inner functions that call each other. The functions of such a block live in
 * boxes that stand at its beginning, and are put in as early as they are needed (language/hoists.ts):
 *
 *     f()                                  let f = __emptyBox<() => void>(); __hoisted_f; f.value()
 *     function f(): void { … }             f.value = function (): void { … };
 */
import ts from 'typescript'
import { functionAround } from './nodes.ts'
import { localSymbol } from './captures.ts'
import { formOf, typeText } from './coroutines.ts'
import type { TypeNames } from './coroutines.ts'
import type { SourceText } from './source.ts'

/** A function that cannot be there yet where it is used. */
export interface TooEarly {
  use: ts.Identifier
  /** What it captures, declared behind the use; undefined if its own form is what stands in the way. */
  captured?: string
}

/** The inner functions of one file that are used before their declaration. */
export class Hoists {
  /** Functions that live in boxes. */
  readonly boxed = new Set<ts.Symbol>()
  readonly tooEarly: TooEarly[] = []
  private readonly opened = new Map<ts.Statement, ts.FunctionDeclaration[]>()
  private readonly needed = new Map<ts.Statement, string[]>()
  private readonly source: SourceText

  constructor(source: SourceText) {
    this.source = source
    const visit = (node: ts.Node): void => {
      if (ts.isBlock(node) && functionAround(node)) this.block(node)
      ts.forEachChild(node, visit)
    }
    visit(source.tree)
  }

  /** What to put in front of a statement. */
  before(statement: ts.Node, names: TypeNames): string {
    if (!ts.isStatement(statement)) return ''
    const boxes = this.opened.get(statement) ?? []
    const declared = boxes.map(
      (fn) => `let ${fn.name?.text ?? ''} = __emptyBox<${functionType(fn, names)}>(); `,
    )
    const markers = this.needed.get(statement) ?? []
    return [...declared, ...markers.map((name) => `__hoisted_${name}; `)].join('')
  }

  /** Whether a function declaration puts its function into a box. */
  has(node: ts.Node): node is ts.FunctionDeclaration & { name: ts.Identifier } {
    if (!ts.isFunctionDeclaration(node) || !node.name) return false
    const symbol = this.source.checker.getSymbolAtLocation(node.name)
    return symbol !== undefined && this.boxed.has(symbol)
  }

  private block({ statements }: ts.Block): void {
    const functions = statements.filter(ts.isFunctionDeclaration)
    const symbols = new Map<ts.Symbol, ts.FunctionDeclaration>()
    for (const fn of functions) {
      const symbol = fn.name && this.source.checker.getSymbolAtLocation(fn.name)
      if (symbol) symbols.set(symbol, fn)
    }
    const early = this.earlyUses(statements, symbols)
    if (early.length === 0) return
    const odd = functions.find((fn) => !hasPlainType(fn))
    if (odd) {
      const [{ use }] = early
      this.tooEarly.push({ use })
      return
    }
    for (const symbol of symbols.keys()) this.boxed.add(symbol)
    this.opened.set(statements[0], functions)
    for (const { use, statement, fn } of early) {
      if (!ts.isFunctionDeclaration(statement)) this.hoist(use, statement, fn, symbols)
    }
  }

  /** Uses of the functions of a block in front of their declarations. */
  private earlyUses(
    statements: readonly ts.Statement[],
    symbols: Map<ts.Symbol, ts.FunctionDeclaration>,
  ): { use: ts.Identifier; statement: ts.Statement; fn: ts.FunctionDeclaration }[] {
    if (symbols.size === 0) return []
    return statements.flatMap((statement) =>
      this.mentions(statement).flatMap((use) => {
        const fn = this.functionOf(use, symbols)
        return fn && fn.pos > statement.pos ? [{ use, statement, fn }] : []
      }),
    )
  }

  private functionOf(
    use: ts.Identifier,
    symbols: Map<ts.Symbol, ts.FunctionDeclaration>,
  ): ts.FunctionDeclaration | undefined {
    const symbol = localSymbol(this.source, use)
    return symbol && symbols.get(symbol)
  }

  private mentions(node: ts.Node): ts.Identifier[] {
    const found: ts.Identifier[] = []
    const visit = (inner: ts.Node): void => {
      if (ts.isIdentifier(inner)) found.push(inner)
      ts.forEachChild(inner, visit)
    }
    visit(node)
    return found
  }

  /** Make a function, and those that it calls, in front of a statement. */
  private hoist(
    use: ts.Identifier,
    statement: ts.Statement,
    fn: ts.FunctionDeclaration,
    symbols: Map<ts.Symbol, ts.FunctionDeclaration>,
  ): void {
    const needed = this.needed.get(statement) ?? []
    this.needed.set(statement, needed)
    const name = fn.name?.text ?? ''
    if (needed.includes(name)) return
    const captured = this.capturedBehind(fn, statement, symbols)
    if (captured !== undefined) {
      // Inside of a function the use may well run later.
      if (functionAround(use) === functionAround(statement)) this.tooEarly.push({ use, captured })
      return
    }
    needed.push(name)
    for (const mention of this.mentions(fn)) {
      const other = this.functionOf(mention, symbols)
      if (other && other !== fn && other.pos > statement.pos) {
        this.hoist(use, statement, other, symbols)
      }
    }
  }

  /** A variable that a function captures and that is declared by a statement or behind it. */
  private capturedBehind(
    fn: ts.FunctionDeclaration,
    statement: ts.Statement,
    symbols: Map<ts.Symbol, ts.FunctionDeclaration>,
  ): string | undefined {
    const found = this.mentions(fn).find((name) => {
      const symbol = localSymbol(this.source, name)
      const declaration = symbol?.valueDeclaration
      if (!symbol || !declaration || symbols.has(symbol)) return false
      const isInside = declaration.pos >= fn.pos && declaration.end <= fn.end
      return !isInside && declaration.pos >= statement.pos && declaration.pos < fn.parent.end
    })
    return found?.text
  }
}

/** Whether a function can be written as the value of a variable. */
function hasPlainType({ name, parameters, typeParameters, body }: ts.FunctionDeclaration): boolean {
  const isPlain = (parameter: ts.ParameterDeclaration): boolean =>
    parameter.type !== undefined &&
    !parameter.questionToken &&
    !parameter.initializer &&
    !parameter.dotDotDotToken &&
    ts.isIdentifier(parameter.name)
  return name !== undefined && body !== undefined && !typeParameters && parameters.every(isPlain)
}

function functionType(fn: ts.FunctionDeclaration, names: TypeNames): string {
  const parameters = fn.parameters.map(
    ({ name, type }) => `${name.getText()}: ${type ? typeText(type, names) : ''}`,
  )
  const nothing = formOf(fn) ? '__Task<void>' : 'void'
  return `(${parameters.join(', ')}) => ${fn.type ? typeText(fn.type, names) : nothing}`
}
