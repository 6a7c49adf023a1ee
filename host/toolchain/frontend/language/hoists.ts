/**
 * `__hoisted_f;` in a list of statements: the function that is put into the box `f` further down is made here (hoisting.ts).
 */
import type {
  BinaryExpression,
  Expression,
  ExpressionStatement,
  IdentifierExpression,
  PropertyAccessExpression,
  Statement,
} from 'assemblyscript'
import { values } from './internals.ts'
import type { Patch } from './patch.ts'

const MARKER = '__hoisted_'

/** Extend asc by functions that are declared behind their use. */
export function patchHoists({ compiler }: Patch): void {
  compiler(
    'compileStatements',
    (original) =>
      function (statements, compiled) {
        return original.call(this, inOrder(statements), compiled)
      },
  )
}

function inOrder(statements: Statement[]): Statement[] {
  const names = statements.map(hoistedName)
  if (names.every((name) => name === undefined)) return statements
  const moved = new Set<Statement>()
  const ordered = statements.flatMap((statement, index) => {
    const name = names[index]
    if (name === undefined) return moved.has(statement) ? [] : [statement]
    const made = statements.find((other) => madeName(other) === name)
    if (!made || moved.has(made)) return []
    moved.add(made)
    return [made]
  })
  return ordered
}

function expressionOf(statement: Statement): Expression | undefined {
  if (statement.kind !== values.NodeKind.Expression) return undefined
  return (statement as ExpressionStatement).expression
}

function nameOf(expression: Expression | undefined): string | undefined {
  if (expression?.kind !== values.NodeKind.Identifier) return undefined
  return (expression as IdentifierExpression).text
}

/** The name of a marker. */
function hoistedName(statement: Statement): string | undefined {
  const name = nameOf(expressionOf(statement))
  return name?.startsWith(MARKER) ? name.slice(MARKER.length) : undefined
}

/** The box that a statement puts a function into. */
function madeName(statement: Statement): string | undefined {
  const expression = expressionOf(statement)
  if (expression?.kind !== values.NodeKind.Binary) return undefined
  const { left, right } = expression as BinaryExpression
  const isFunction = right.kind === values.NodeKind.Function
  if (!isFunction || left.kind !== values.NodeKind.PropertyAccess) return undefined
  return nameOf((left as PropertyAccessExpression).expression)
}
