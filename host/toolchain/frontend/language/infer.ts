/**
 * Types that the program leaves out: the result of an arrow function, `(x: i32) => x + 1`, from what its body returns, and the type
 * arguments of a generic function from the arrow functions it is given, `list.map((x) => x.name)`. Parameters of such an arrow function
 * take their types from the function that it is given to.
 */
import { DiagnosticCode, Signature } from 'assemblyscript'
import type {
  BlockStatement,
  CallExpression,
  Class,
  Expression,
  ExpressionStatement,
  Flow,
  FunctionExpression,
  FunctionPrototype,
  FunctionTypeNode,
  LiteralExpression,
  Node,
  ReturnStatement,
  Statement,
  Type,
  TypeNode,
  TypeParameterNode,
  VariableStatement,
} from 'assemblyscript'
import { typeIn } from './expressionTypes.ts'
import { typesOf, values } from './internals.ts'
import type { ExpressionRef, ResolverInternals } from './internals.ts'
import type { Patch } from './patch.ts'

/** Extend asc by types that are left out. */
export function patchInference({ compiler, resolver }: Patch): void {
  resolver(
    'resolveFunctionExpression',
    (original) =>
      function (node, flow, type, mode): Type | null {
        const signature = type.getSignature() ? null : arrowSignature(this, node, flow)
        return signature ? signature.type : original.call(this, node, flow, type, mode)
      },
  )
  resolver(
    'inferGenericTypeArguments',
    (original) =>
      function (node, prototype, typeParameters, flow, mode): Type[] | null {
        const { Swallow } = values.ReportMode
        const infer = (): Type[] | null =>
          typeParameters && new Inference(this, node, prototype, typeParameters, flow).types()
        const found =
          (hasOpenNumber(node) ? infer() : null) ??
          original.call(this, node, prototype, typeParameters, flow, Swallow)
        if (found || !typeParameters) return found
        const inferred = infer()
        if (!inferred && mode !== Swallow) report(this, node, flow)
        return inferred
      },
  )
  compiler(
    'compileFunctionExpression',
    (original) =>
      function (expression, type, constraints): ExpressionRef {
        const isWanted = type.getSignature() !== null || type === typesOf(this).void
        const resolver = this.resolver as unknown as ResolverInternals
        const signature = isWanted ? null : arrowSignature(resolver, expression, this.currentFlow)
        return original.call(this, expression, signature?.type ?? type, constraints)
      },
  )
}

/** Whether a number that is written out meets an arrow function, which may make something else of it: `reduce((sum, x) => sum + x, 0)`. */
function hasOpenNumber({ args }: CallExpression): boolean {
  const isInteger = (part: Expression): boolean =>
    part.kind === values.NodeKind.Literal &&
    (part as LiteralExpression).literalKind === values.LiteralKind.Integer
  return args.some(isInteger) && args.some(({ kind }) => kind === values.NodeKind.Function)
}

/** asc's own message if it has one, such as that a name is not known; else that the type is not. */
function report(resolver: ResolverInternals, node: CallExpression, flow: Flow): void {
  const { length } = resolver.diagnostics
  const { auto } = typesOf(resolver.program)
  for (const part of node.args) {
    if (part.kind !== values.NodeKind.Function) resolver.resolveExpression(part, flow, auto)
    if (resolver.diagnostics.length > length) return
  }
  resolver.error(DiagnosticCode.Type_argument_expected, node.range)
}

/** What is known of the type parameters of a call. */
export class Inference {
  private readonly known: Map<string, Type>
  private readonly names: string[]
  private readonly resolver: ResolverInternals
  private readonly node: { args: Expression[] }
  private readonly prototype: FunctionPrototype
  private readonly flow: Flow

  constructor(
    resolver: ResolverInternals,
    node: { args: Expression[] },
    prototype: FunctionPrototype,
    typeParameters: TypeParameterNode[],
    flow: Flow,
  ) {
    this.resolver = resolver
    this.node = node
    this.prototype = prototype
    this.flow = flow
    const { contextualTypeArguments: ofClass } = prototype.parent as Class
    this.known = new Map([...(flow.contextualTypeArguments ?? []), ...(ofClass ?? [])])
    this.names = typeParameters.map(({ name }) => name.text)
    for (const name of this.names) this.known.set(name, typesOf(resolver.program).auto)
  }

  /** The type arguments, if all are known. Arrow functions come last, since their parameters depend on the others. */
  types(): Type[] | null {
    const { args } = this.node
    const isArrow = (part: Expression): boolean => part.kind === values.NodeKind.Function
    const { parameters } = this.prototype.functionTypeNode
    for (const [index, { type }] of parameters.entries()) {
      const part = args.at(index)
      if (index < args.length && part && !isArrow(part)) this.learn(type, this.typeOf(part))
    }
    for (const [index, { type }] of parameters.entries()) {
      const part = args.at(index)
      if (index < args.length && part && isArrow(part)) {
        this.learnArrow(type as FunctionTypeNode, part as FunctionExpression)
      }
    }
    const found = this.names.map((name) => this.known.get(name))
    const { auto } = typesOf(this.resolver.program)
    return found.every((type) => type !== undefined && type !== auto) ? (found as Type[]) : null
  }

  private typeOf(part: Expression): Type | null {
    return typeIn(this.flow, this.resolver, part)
  }

  private learn(node: TypeNode, type: Type | null): void {
    if (!type || type === typesOf(this.resolver.program).void) return
    const names = new Set(this.names)
    this.resolver.propagateInferredGenericTypes(node, type, this.prototype, this.known, names)
  }

  private learnArrow(expected: FunctionTypeNode, arrow: FunctionExpression): void {
    if (expected.kind !== values.NodeKind.FunctionType) return
    const hints = expected.parameters.map(({ type }) => this.resolve(type))
    const signature = arrowSignature(this.resolver, arrow, this.flow, hints)
    if (!signature) return
    signature.parameterTypes.forEach((type, index) => {
      if (index < expected.parameters.length) this.learn(expected.parameters[index].type, type)
    })
    this.learn(expected.returnType, signature.returnType)
  }

  private resolve(node: TypeNode): Type | null {
    const { Swallow } = values.ReportMode
    return this.resolver.resolveType(node, null, this.prototype, this.known, Swallow)
  }
}

/** The signature of an arrow function whose result type is left out; null if it does not follow. `hints` are types of parameters. */
export function arrowSignature(
  resolver: ResolverInternals,
  { declaration }: FunctionExpression,
  flow: Flow,
  hints: (Type | null)[] = [],
): Signature | null {
  const { parameters, returnType } = declaration.signature
  const inner = flow.fork()
  const types: Type[] = []
  for (const [index, { type: node, name, initializer }] of parameters.entries()) {
    const type = isOmitted(node) ? (hints[index] ?? null) : resolveIn(resolver, node, flow)
    if (!type || type === typesOf(resolver.program).auto || initializer) return null
    inner.addScopedDummyLocal(name.text, type, declaration)
    types.push(type)
  }
  const result = isOmitted(returnType)
    ? resultOf(resolver, declaration.body, inner)
    : resolveIn(resolver, returnType, flow)
  return result && Signature.create(resolver.program, types, result, null, types.length)
}

function resolveIn(resolver: ResolverInternals, node: TypeNode, flow: Flow): Type | null {
  const { Swallow } = values.ReportMode
  const { contextualTypeArguments } = flow
  return resolver.resolveType(node, flow, flow.sourceFunction, contextualTypeArguments, Swallow)
}

/** asc has a type without a name for one that is not written. */
function isOmitted(node: TypeNode): boolean {
  if (node.kind !== values.NodeKind.NamedType) return false
  return (node as TypeNode & { name: { identifier: { text: string } } }).name.identifier.text === ''
}

/** The type of what a body returns. */
function resultOf(resolver: ResolverInternals, body: Statement | null, flow: Flow): Type | null {
  if (!body) return null
  const { void: nothing } = typesOf(resolver.program)
  if (body.kind === values.NodeKind.Expression) {
    return typeIn(flow, resolver, (body as ExpressionStatement).expression)
  }
  const returns = new Returns(resolver)
  returns.visit(body, flow)
  return returns.isThere ? returns.type : nothing
}

/** Looks through statements for the first `return` whose type can be told. */
class Returns {
  isThere = false
  type: Type | null = null
  private readonly resolver: ResolverInternals

  constructor(resolver: ResolverInternals) {
    this.resolver = resolver
  }

  visit(statement: Node | null, flow: Flow): void {
    if (!statement || this.type) return
    const { Block, Return, Variable } = values.NodeKind
    if (statement.kind === Return) this.return(statement as ReturnStatement, flow)
    else if (statement.kind === Variable) this.declare(statement as VariableStatement, flow)
    else if (statement.kind === Block) {
      const inner = flow.fork()
      for (const child of (statement as BlockStatement).statements) this.visit(child, inner)
    } else for (const child of partsOf(statement)) this.visit(child, flow.fork())
  }

  private return({ value }: ReturnStatement, flow: Flow): void {
    if (!value) return
    this.isThere = true
    this.type = this.resolve(value, flow)
  }

  private declare({ declarations }: VariableStatement, flow: Flow): void {
    for (const { name, type: node, initializer } of declarations) {
      const type = node
        ? resolveIn(this.resolver, node, flow)
        : initializer && this.resolve(initializer, flow)
      if (type && !flow.getScopedLocal(name.text)) {
        flow.addScopedDummyLocal(name.text, type, name)
      }
    }
  }

  private resolve(expression: Expression, flow: Flow): Type | null {
    return typeIn(flow, this.resolver, expression)
  }
}

/** A statement that may hold others. */
interface Holder {
  initializer?: Statement | null
  ifTrue?: Statement
  ifFalse?: Statement | null
  body?: Statement
  cases?: { statements: Statement[] }[]
  bodyStatements?: Statement[]
  catchStatements?: Statement[] | null
}

function partsOf(statement: Node): Statement[] {
  const holder = statement as Node & Holder
  if (statement.kind === values.NodeKind.Function) return []
  return [
    ...[holder.ifTrue, holder.ifFalse, holder.body],
    ...(holder.cases ?? []).flatMap(({ statements }) => statements),
    ...(holder.bodyStatements ?? []),
    ...(holder.catchStatements ?? []),
  ].filter((part) => part !== undefined && part !== null)
}
