/**
 * Calls that leave their place: in front of a call of a method of the runtime with the decorator `@placed` stands
 *
 *     noteCall(function, line, frame)
 *
 * when its operands are computed, so that a request of the kernel knows the line of the program that made it, and a mutex the coroutine
 * that holds it. The frame is 0 in functions that are no coroutines.
 */
import type {
  BlockStatement,
  Expression,
  Function,
  IdentifierExpression,
  IfStatement,
  Type,
} from 'assemblyscript'
import { calledName, values } from './internals.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'
import { callLibrary } from './library.ts'
import type { Patch } from './patch.ts'
import { place } from './failureState.ts'

const DECORATOR = 'placed'

/** Extend asc by calls that leave their place. */
export function patchCallPlaces({ compiler }: Patch): void {
  compiler(
    'makeCallDirect',
    (original) =>
      function (instance, operands, reportNode, dropped): ExpressionRef {
        const isOurs = isPlaced(instance) && !reportNode.range.source.isLibrary
        if (isOurs && operands && operands.length > 0) {
          const frame = isCoroutine(this.currentFlow.targetFunction)
            ? callLibrary(this, 'ownFrame')
            : this.module.i32(0)
          const note = callLibrary(this, 'noteCall', [...place(this, reportNode), frame])
          const last = operands.length - 1
          operands[last] = followedBy(this, operands[last], typeOf(instance, last), note)
        }
        return original.call(this, instance, operands, reportNode, dropped)
      },
  )
}

const nameOf = (name: Expression): string => (name as IdentifierExpression).text

function isPlaced({ prototype: { decoratorNodes } }: Function): boolean {
  return decoratorNodes?.some(({ name }) => nameOf(name) === DECORATOR) === true
}

/** Whether the rewrite has made a coroutine of a function: it begins with the making of its frame. */
function isCoroutine({ prototype: { bodyNode } }: Function): boolean {
  if (bodyNode?.kind !== values.NodeKind.Block) return false
  const [first] = (bodyNode as BlockStatement).statements
  if (first?.kind !== values.NodeKind.If) return false
  return calledName((first as IfStatement).condition) === '__begin'
}

/** Type of an operand of a method, whose first one is `this`. */
function typeOf({ signature: { thisType, parameterTypes } }: Function, operand: number): Type {
  return thisType && operand === 0 ? thisType : parameterTypes[operand - (thisType ? 1 : 0)]
}

/** A value that is computed before something else is done. */
function followedBy(
  { module, currentFlow }: CompilerInternals,
  value: ExpressionRef,
  type: Type,
  then: ExpressionRef,
): ExpressionRef {
  const local = currentFlow.getTempLocal(type)
  const ref = values.getExpressionType(value)
  return module.block(
    null,
    [
      module.local_set(local.index, value, type.isManaged),
      then,
      module.local_get(local.index, ref),
    ],
    ref,
  )
}
