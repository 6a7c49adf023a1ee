/**
 * What the language extensions use of asc beyond its public types: methods that its declarations keep private, and enumerations as
 * values. asc's version is pinned, and a test of every extension fails when one of these names changes.
 */
import * as assemblyscript from 'assemblyscript'
import type {
  BreakStatement,
  CallExpression,
  Compiler,
  ContinueStatement,
  Element,
  Expression,
  Flow,
  ForOfStatement,
  Function,
  FunctionExpression,
  FunctionPrototype,
  IdentifierExpression,
  Local,
  Node,
  Resolver,
  ReturnStatement,
  Signature,
  ThrowStatement,
  TryStatement,
  Type,
  TypeNode,
  TypeParameterNode,
  VariableStatement,
} from 'assemblyscript'

/** A reference to an expression of Binaryen. */
export type ExpressionRef = number

type Hidden =
  | 'adjustArgumentsForRestParams'
  | 'compileBreakStatement'
  | 'compileCallDirect'
  | 'compileCallExpression'
  | 'compileContinueStatement'
  | 'compileForOfStatement'
  | 'compileFunctionBody'
  | 'compileFunctionExpression'
  | 'compileIdentifierExpression'
  | 'compileReturnStatement'
  | 'compileThrowStatement'
  | 'compileTryStatement'
  | 'compileVariableStatement'

/** asc's compiler with the methods that are extended. */
export interface CompilerInternals extends Omit<Compiler, Hidden> {
  adjustArgumentsForRestParams(
    parts: Expression[],
    signature: Signature,
    reportNode: Node,
  ): Expression[]
  makeIsTrueish(expr: ExpressionRef, type: Type, reportNode: Node): ExpressionRef
  compileBreakStatement(statement: BreakStatement): ExpressionRef
  compileContinueStatement(statement: ContinueStatement): ExpressionRef
  compileForOfStatement(statement: ForOfStatement): ExpressionRef
  compileFunctionBody(instance: Function, stmts: ExpressionRef[]): boolean
  compileReturnStatement(statement: ReturnStatement): ExpressionRef
  compileThrowStatement(statement: ThrowStatement): ExpressionRef
  compileTryStatement(statement: TryStatement): ExpressionRef
  compileVariableStatement(statement: VariableStatement): ExpressionRef
  compileCallExpression(expression: CallExpression, type: Type, constraints: number): ExpressionRef
  compileFunctionExpression(
    expression: FunctionExpression,
    type: Type,
    constraints: number,
  ): ExpressionRef
  compileIdentifierExpression(
    expression: IdentifierExpression,
    type: Type,
    constraints: number,
  ): ExpressionRef
  compileCallDirect(
    instance: Function,
    parameters: Expression[],
    reportNode: Node,
    thisArg?: ExpressionRef,
    constraints?: number,
  ): ExpressionRef
  convertExpression(
    expression: ExpressionRef,
    from: Type,
    to: Type,
    explicit: boolean,
    reportNode: Node,
  ): ExpressionRef
  makeAbort(message: Expression | null, codeLocation: Node): ExpressionRef
  makeStaticAbort(message: ExpressionRef, codeLocation: Node): ExpressionRef
  makeCallDirect(
    instance: Function,
    operands: ExpressionRef[] | null,
    reportNode: Node,
    immediatelyDropped?: boolean,
  ): ExpressionRef
  makeCallIndirect(
    signature: Signature,
    functionArg: ExpressionRef,
    reportNode: Node,
    operands?: ExpressionRef[] | null,
    immediatelyDropped?: boolean,
  ): ExpressionRef
}

/** asc's resolver with the methods that are extended. */
export interface ResolverInternals extends Omit<
  Resolver,
  | 'inferGenericTypeArguments'
  | 'lookupThisExpression'
  | 'propagateInferredGenericTypes'
  | 'resolveCallExpression'
  | 'resolveFunctionExpression'
> {
  lookupThisExpression(node: Node, flow: Flow, type?: Type, mode?: number): Element | null
  inferGenericTypeArguments(
    node: CallExpression,
    prototype: FunctionPrototype,
    typeParameters: TypeParameterNode[] | null,
    flow: Flow,
    mode?: number,
  ): Type[] | null
  propagateInferredGenericTypes(
    node: TypeNode,
    type: Type,
    context: Element,
    types: Map<string, Type>,
    names: Set<string>,
  ): void
  resolveFunctionExpression(
    node: FunctionExpression,
    flow: Flow,
    type: Type,
    mode?: number,
  ): Type | null
  resolveCallExpression(node: CallExpression, flow: Flow, type?: Type, mode?: number): Type | null
}

type Enumeration<Names extends string> = Readonly<Record<Names, number>>

interface Values {
  CommonFlags: Enumeration<
    'Inlined' | 'Let' | 'Compiled' | 'Constructor' | 'Overridden' | 'ModuleImport'
  >
  DecoratorFlags: Enumeration<'Inline'>
  Constraints: Enumeration<'None' | 'ConvImplicit'>
  BinaryOp: Enumeration<'EqI32'>
  UnaryOp: Enumeration<'EqzI32'>
  TypeRef: Enumeration<'None' | 'Unreachable'>
  ElementKind: Enumeration<'Local' | 'Class' | 'Interface' | 'Function'>
  ExpressionId: Enumeration<'Block' | 'Call' | 'CallIndirect' | 'Drop'>
  LiteralKind: Enumeration<'Array'>
  FlowFlags: Enumeration<
    'Terminates' | 'Returns' | 'Throws' | 'Breaks' | 'Continues' | 'AccessesThis'
  >
  LocalFlags: Enumeration<'Constant' | 'Wrapped' | 'NonNull' | 'Initialized'>
  NodeKind: Enumeration<
    | 'Block'
    | 'Break'
    | 'Call'
    | 'Comma'
    | 'Do'
    | 'Expression'
    | 'For'
    | 'ForOf'
    | 'Function'
    | 'FunctionType'
    | 'Identifier'
    | 'Literal'
    | 'If'
    | 'NamedType'
    | 'New'
    | 'Return'
    | 'Switch'
    | 'This'
    | 'Variable'
    | 'While'
  >
  ReportMode: Enumeration<'Report' | 'Swallow'>
  Token: Enumeration<'Equals' | 'Exclamation' | 'LessThan' | 'Plus_Plus'>
  getExpressionId(expression: ExpressionRef): number
  getExpressionType(expression: ExpressionRef): number
}

/** Enumerations of asc, which its declarations have as types only. */
export const values = assemblyscript as unknown as Values

/** The methods of a class of asc, to be replaced and put back. */
export function prototypeOf<T>(constructor: unknown): T {
  return (constructor as { prototype: T }).prototype
}

/** asc's basic types, which are static members of their class. */
export function typesOf({ options }: CompilerInternals): Record<'void' | 'auto' | 'i32', Type> {
  return options.usizeType.constructor as unknown as Record<'void' | 'auto' | 'i32', Type>
}

/** Name of the local that holds the object of a method. */
export const THIS = 'this'

/** Whether an element is a local variable, and which. */
export function asLocal(element: Element | null): Local | undefined {
  return element?.kind === values.ElementKind.Local ? (element as Local) : undefined
}

/** Name of a call's function, if it is called by its plain name. */
export function calledName(expression: Expression): string | undefined {
  if (expression.kind !== values.NodeKind.Call) return undefined
  const callee = (expression as CallExpression).expression
  return callee.kind === values.NodeKind.Identifier
    ? (callee as IdentifierExpression).text
    : undefined
}
