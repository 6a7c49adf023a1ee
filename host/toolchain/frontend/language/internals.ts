/**
 * What the language extensions use of asc beyond its public types: methods that its declarations keep private, and enumerations as
 * values. asc's version is pinned, and a test of every extension fails when one of these names changes.
 */
import * as assemblyscript from 'assemblyscript'
import type {
  BinaryExpression,
  BreakStatement,
  CallExpression,
  Compiler,
  ContinueStatement,
  Element,
  ElementAccessExpression,
  Expression,
  Flow,
  ForOfStatement,
  Function,
  FunctionExpression,
  FunctionPrototype,
  IdentifierExpression,
  Local,
  NewExpression,
  Node,
  Options,
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
  | 'compileBinaryExpression'
  | 'compileBinaryOverload'
  | 'compileAssignment'
  | 'compileBreakStatement'
  | 'compileCallDirect'
  | 'compileCallExpression'
  | 'compileContinueStatement'
  | 'compileElementAccessExpression'
  | 'compileForOfStatement'
  | 'compileFunctionBody'
  | 'compileFunctionExpression'
  | 'compileIdentifierExpression'
  | 'compileNewExpression'
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
  compileBinaryExpression(
    expression: BinaryExpression,
    type: Type,
    constraints: number,
  ): ExpressionRef
  compileBinaryOverload(
    operator: Function,
    left: Expression,
    leftValue: ExpressionRef,
    leftType: Type,
    right: Expression,
    node: Node,
  ): ExpressionRef
  compileAssignment(expression: Expression, value: Expression, type: Type): ExpressionRef
  compileBreakStatement(statement: BreakStatement): ExpressionRef
  compileContinueStatement(statement: ContinueStatement): ExpressionRef
  compileElementAccessExpression(
    expression: ElementAccessExpression,
    type: Type,
    constraints: number,
  ): ExpressionRef
  compileForOfStatement(statement: ForOfStatement): ExpressionRef
  compileFunctionBody(instance: Function, stmts: ExpressionRef[]): boolean
  compileNewExpression(expression: NewExpression, type: Type, constraints: number): ExpressionRef
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
  | 'resolveBinaryExpression'
  | 'resolveCallExpression'
  | 'resolveElementAccessExpression'
  | 'resolveFunctionExpression'
  | 'resolveNewExpression'
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
  resolveBinaryExpression(
    node: BinaryExpression,
    flow: Flow,
    type: Type,
    mode?: number,
  ): Type | null
  resolveElementAccessExpression(
    node: ElementAccessExpression,
    flow: Flow,
    type: Type,
    mode?: number,
  ): Type | null
  resolveNewExpression(node: NewExpression, flow: Flow, type: Type, mode?: number): Type | null
  resolveCallExpression(node: CallExpression, flow: Flow, type?: Type, mode?: number): Type | null
}

type Enumeration<Names extends string> = Readonly<Record<Names, number>>

interface Values {
  CommonFlags: Enumeration<
    'Inlined' | 'Let' | 'Compiled' | 'Constructor' | 'Overridden' | 'ModuleImport'
  >
  DecoratorFlags: Enumeration<'Inline'>
  AssertionKind: Enumeration<'Prefix'>
  Constraints: Enumeration<'None' | 'ConvImplicit'>
  BinaryOp: Enumeration<'EqI32'>
  UnaryOp: Enumeration<'EqzI32'>
  TypeRef: Enumeration<'None' | 'Unreachable'>
  ElementKind: Enumeration<'Local' | 'Class' | 'ClassPrototype' | 'Enum' | 'Interface' | 'Function'>
  ExpressionId: Enumeration<'Block' | 'Call' | 'CallIndirect' | 'Drop'>
  LiteralKind: Enumeration<'Array' | 'Float' | 'Integer' | 'String' | 'Template'>
  FlowFlags: Enumeration<
    'Terminates' | 'Returns' | 'Throws' | 'Breaks' | 'Continues' | 'AccessesThis'
  >
  LocalFlags: Enumeration<'Constant' | 'Wrapped' | 'NonNull' | 'Initialized'>
  NodeKind: Enumeration<
    | 'Binary'
    | 'Block'
    | 'Break'
    | 'Call'
    | 'Comma'
    | 'Do'
    | 'ElementAccess'
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
    | 'Parenthesized'
    | 'PropertyAccess'
    | 'Return'
    | 'Switch'
    | 'This'
    | 'Variable'
    | 'While'
  >
  ReportMode: Enumeration<'Report' | 'Swallow'>
  Token: Enumeration<
    | 'Ampersand'
    | 'Bar'
    | 'Caret'
    | 'Equals'
    | 'Equals_Equals'
    | 'Equals_Equals_Equals'
    | 'Exclamation'
    | 'Exclamation_Equals'
    | 'Exclamation_Equals_Equals'
    | 'GreaterThan'
    | 'GreaterThan_Equals'
    | 'GreaterThan_GreaterThan'
    | 'GreaterThan_GreaterThan_GreaterThan'
    | 'LessThan'
    | 'LessThan_Equals'
    | 'LessThan_LessThan'
    | 'Plus'
    | 'Plus_Equals'
    | 'Plus_Plus'
  >
  getExpressionId(expression: ExpressionRef): number
  getExpressionType(expression: ExpressionRef): number
}

/** Enumerations of asc, which its declarations have as types only. */
export const values = assemblyscript as unknown as Values

/** The methods of a class of asc, to be replaced and put back. */
export function prototypeOf<T>(constructor: unknown): T {
  return (constructor as { prototype: T }).prototype
}

type BasicType = 'void' | 'auto' | 'i32' | 'u32' | 'f64'

/** asc's basic types, which are static members of their class. */
export function typesOf({ options }: { options: Options }): Record<BasicType, Type> {
  return options.usizeType.constructor as unknown as Record<BasicType, Type>
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
