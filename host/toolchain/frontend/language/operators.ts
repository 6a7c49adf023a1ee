/**
 * Operators that TypeScript has between values of different types.
 *
 *     'n = ' + 3, 3 + 'px'        text, whatever the other side is
 *     x | 0, x >>> 0              the whole part of a floating-point number, 32 bits of it
 *     a?.size === 3               false where a is null: (a?.(size === 3)) ?? false
 */
import { Node } from 'assemblyscript'
import type {
  BinaryExpression,
  CallExpression,
  Expression,
  Function,
  Token,
  Type,
} from 'assemblyscript'
import { typeHere, typeIn } from './expressionTypes.ts'
import { calledName, typesOf, values } from './internals.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'
import { CHAIN, OR } from './optional.ts'
import type { Patch } from './patch.ts'
import { Syntax } from './syntax.ts'

/** Extend asc by operators between different types. */
export function patchOperators({ compiler, resolver }: Patch): void {
  compiler(
    'compileBinaryExpression',
    (original) =>
      function (expression, type, constraints): ExpressionRef {
        const text = joined(this, expression)
        if (text !== undefined) return text
        const other = comparedChain(this, expression)
        if (other) return this.compileExpression(other, type, constraints)
        const whole = withWholeOperands(this, expression)
        return original.call(this, whole, type, constraints)
      },
  )
  compiler(
    'compileBinaryOverload',
    (original) =>
      function (operator, left, leftValue, leftType, right, node): ExpressionRef {
        const { stringInstance } = this.program
        if (!isPlus(node as Expression) || leftType.classReference !== stringInstance) {
          return original.call(this, operator, left, leftValue, leftType, right, node)
        }
        const first = this.makeToString(leftValue, leftType, left)
        return join(this, operator, first, textOf(this, right), node)
      },
  )
  resolver(
    'resolveBinaryExpression',
    (original) =>
      function (node, flow, type, mode): Type | null {
        const { Swallow } = values.ReportMode
        const found = original.call(this, node, flow, type, Swallow)
        if (found) return found
        const { i32, u32 } = typesOf(this.program)
        const sides = [node.right, node.left]
        const [right, left] = sides.map((side) => typeIn(flow, this, side))
        const { stringInstance } = this.program
        if (isPlus(node) && right?.classReference === stringInstance) return stringInstance.type
        if (isBitwise(node.operator) && (isFloat(left) || isFloat(right))) {
          return node.operator === values.Token.GreaterThan_GreaterThan_GreaterThan ? u32 : i32
        }
        return mode === Swallow ? null : original.call(this, node, flow, type, mode)
      },
  )
}

function isPlus(node: Expression): node is BinaryExpression {
  if (node.kind !== values.NodeKind.Binary) return false
  const { operator } = node as BinaryExpression
  return operator === values.Token.Plus || operator === values.Token.Plus_Equals
}

/** A text on the right of something else. A text on the left has an operator of its own. */
function joined(compiler: CompilerInternals, node: BinaryExpression): ExpressionRef | undefined {
  if (node.operator !== values.Token.Plus || isNumber(node.right)) return undefined
  const { stringInstance } = compiler.program
  if (
    typeHere(compiler, node.right)?.classReference !== stringInstance ||
    isSurelyText(node.left)
  ) {
    return undefined
  }
  const left = typeHere(compiler, node.left)
  if (!left || left.classReference === stringInstance) return undefined
  const concat = stringInstance.getMethod('concat')
  if (!concat) return undefined
  return join(compiler, concat, textOf(compiler, node.left), textOf(compiler, node.right), node)
}

function isNumber(node: Expression): boolean {
  const { Integer, Float } = values.LiteralKind
  return isLiteral(node, [Integer, Float])
}

function isText(node: Expression): boolean {
  const { String, Template } = values.LiteralKind
  return isLiteral(node, [String, Template])
}

function isLiteral(node: Expression, kinds: readonly number[]): boolean {
  if (node.kind !== values.NodeKind.Literal) return false
  return kinds.includes((node as Expression & { literalKind: number }).literalKind)
}

/** Whether a sum has a text in it, as can be seen without asking for types: long sums are asked often. */
function isSurelyText(node: Expression): boolean {
  let left = node
  for (;;) {
    if (isText(left)) return true
    if (!isPlus(left)) return false
    if (isText(left.right)) return true
    left = left.left
  }
}

function textOf(compiler: CompilerInternals, node: Expression): ExpressionRef {
  const value = compiler.compileExpression(node, compiler.program.stringInstance.type)
  return compiler.makeToString(value, compiler.currentType, node)
}

function join(
  compiler: CompilerInternals,
  concat: Function,
  left: ExpressionRef,
  right: ExpressionRef,
  node: Node,
): ExpressionRef {
  const joined = compiler.makeCallDirect(concat, [left, right], node)
  compiler.currentType = compiler.program.stringInstance.type
  return joined
}

/** Operators on bits, which asc has for integers only. */
function isBitwise(operator: Token): boolean {
  const { Ampersand, Bar, Caret, LessThan_LessThan } = values.Token
  const { GreaterThan_GreaterThan, GreaterThan_GreaterThan_GreaterThan } = values.Token
  const all = [Ampersand, Bar, Caret, LessThan_LessThan]
  return [...all, GreaterThan_GreaterThan, GreaterThan_GreaterThan_GreaterThan].includes(operator)
}

function isFloat(type: Type | null | undefined): boolean {
  return type?.isFloatValue ?? false
}

/** The same expression with `<i32><i64>x` in the place of floating-point operands. */
function withWholeOperands(compiler: CompilerInternals, node: BinaryExpression): BinaryExpression {
  if (!isBitwise(node.operator)) return node
  const sides = [node.left, node.right]
  const found = sides.map((side) => typeHere(compiler, side))
  if (!found.some(isFloat)) return node
  const isUnsigned = node.operator === values.Token.GreaterThan_GreaterThan_GreaterThan
  const [left, right] = sides.map((side, index) => {
    const syntax = new Syntax(side.range)
    const whole = isFloat(found[index]) ? syntax.convert('i64', side) : side
    return syntax.convert(isUnsigned ? 'u32' : 'i32', whole)
  })
  return Node.createBinaryExpression(node.operator, left, right, node.range)
}

/** A comparison with the end of an optional chain that is a number: it belongs into the chain. */
function comparedChain(
  compiler: CompilerInternals,
  node: BinaryExpression,
): Expression | undefined {
  const { left, right, operator } = node
  if (calledName(left) !== CHAIN || !isComparison(operator)) return undefined
  const type = typeHere(compiler, left)
  if (!type || type.isReference) return undefined
  const syntax = new Syntax(node.range)
  const isOther =
    operator === values.Token.Exclamation_Equals_Equals ||
    operator === values.Token.Exclamation_Equals
  const compared = insideChain(left as CallExpression, (rest) =>
    Node.createBinaryExpression(operator, rest, right, node.range),
  )
  return syntax.call(OR, [compared, syntax.truth(isOther)])
}

function isComparison(operator: Token): boolean {
  const { Equals_Equals, Equals_Equals_Equals, Exclamation_Equals } = values.Token
  const { Exclamation_Equals_Equals, LessThan, GreaterThan } = values.Token
  const { LessThan_Equals, GreaterThan_Equals } = values.Token
  return [
    ...[Equals_Equals, Equals_Equals_Equals, Exclamation_Equals, Exclamation_Equals_Equals],
    ...[LessThan, GreaterThan, LessThan_Equals, GreaterThan_Equals],
  ].includes(operator)
}

/** A chain whose last part is another one. */
function insideChain(chain: CallExpression, change: (rest: Expression) => Expression): Expression {
  const [target, rest, number] = chain.args
  const inner =
    calledName(rest) === CHAIN ? insideChain(rest as CallExpression, change) : change(rest)
  return Node.createCallExpression(chain.expression, null, [target, inner, number], chain.range)
}
