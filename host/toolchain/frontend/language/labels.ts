/**
 * `break` and `continue` with a label. The rewrite writes `name:` as the statement `__label_name;`, which says that the next one has
 * this label. It gets a block around it, to break out of, and its body one to go on from.
 */
import type {
  BlockStatement,
  BreakStatement,
  ContinueStatement,
  Expression,
  Flow,
  Function,
  IdentifierExpression,
  Node,
  Statement,
} from 'assemblyscript'
import { DiagnosticCode, Node as Nodes } from 'assemblyscript'
import { values } from './internals.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'
import type { Patch } from './patch.ts'

const MARK = '__label_'

/** A statement with a label, while it is compiled. */
interface Label {
  name: string
  /** Names of the two blocks for Binaryen. */
  breaks: string
  continues: string
  body?: Statement
  /** Whether the body is being compiled. */
  inBody: boolean
  broken: boolean
  continued: boolean
}

/** The labels around the code that is compiled. */
export class Labels {
  private readonly open = new Map<Function, Label[]>()
  private made = 0
  pending?: string

  of({ targetFunction }: Flow): Label[] {
    let labels = this.open.get(targetFunction)
    if (!labels) this.open.set(targetFunction, (labels = []))
    return labels
  }

  find(flow: Flow, name: string): Label | undefined {
    return this.of(flow).findLast((label) => label.name === name)
  }

  make(name: string, body: Statement | undefined): Label {
    const number = this.made++
    const [breaks, continues] = [`label-break|${number}`, `label-continue|${number}`]
    return { name, breaks, continues, body, inBody: false, broken: false, continued: false }
  }
}

/** Extend asc by labels. */
export function patchLabels({ compiler }: Patch, labels: Labels): void {
  compiler(
    'compileStatement',
    (original) =>
      function (statement: Statement): ExpressionRef {
        const marked = labelOf(statement)
        if (marked !== undefined) {
          labels.pending = marked
          return this.module.nop()
        }
        const { pending } = labels
        if (pending !== undefined) {
          labels.pending = undefined
          return compileLabelled(this, labels, pending, statement, original)
        }
        const label = labels.of(this.currentFlow).findLast(({ body }) => body === statement)
        return label ? compileBody(this, label, original) : original.call(this, statement)
      },
  )
  compiler(
    'compileBreakStatement',
    (original) =>
      function (statement: BreakStatement): ExpressionRef {
        if (!statement.label) return original.call(this, statement)
        const label = labels.find(this.currentFlow, statement.label.text)
        if (!label) return unknownLabel(this, statement.label)
        label.broken = true
        this.currentFlow.set(values.FlowFlags.Terminates)
        return this.module.br(label.breaks)
      },
  )
  compiler(
    'compileContinueStatement',
    (original) =>
      function (statement: ContinueStatement): ExpressionRef {
        if (!statement.label) return original.call(this, statement)
        const label = labels.find(this.currentFlow, statement.label.text)
        if (!label?.body) return unknownLabel(this, statement.label)
        label.continued = true
        this.currentFlow.set(values.FlowFlags.Terminates)
        return this.module.br(label.continues)
      },
  )
}

function unknownLabel(compiler: CompilerInternals, node: Node): ExpressionRef {
  compiler.error(DiagnosticCode.Not_implemented_0, node.range, 'Label')
  return compiler.module.unreachable()
}

/** Name of the label that a statement gives to the next one. */
function labelOf(statement: Statement): string | undefined {
  if (statement.kind !== values.NodeKind.Expression) return undefined
  const { expression } = statement as Statement & { expression: Expression }
  if (expression.kind !== values.NodeKind.Identifier) return undefined
  const { text } = expression as IdentifierExpression
  return text.startsWith(MARK) ? text.slice(MARK.length) : undefined
}

type Compile = (this: CompilerInternals, statement: Statement) => ExpressionRef

function compileLabelled(
  compiler: CompilerInternals,
  labels: Labels,
  name: string,
  statement: Statement,
  original: Compile,
): ExpressionRef {
  const { module, currentFlow: flow } = compiler
  const label = labels.make(name, loopBody(statement))
  const open = labels.of(flow)
  open.push(label)
  const before = flow.flags
  const code = original.call(compiler, statement)
  open.pop()
  if (!label.broken) return code
  const { Terminates, Returns, Throws, Breaks, Continues } = values.FlowFlags
  // The end is reached by the break, whatever the statement itself does.
  flow.flags = (flow.flags & ~(Terminates | Returns | Throws | Breaks | Continues)) | before
  return module.block(label.breaks, [code])
}

/** The body of a loop as a statement of its own. */
function loopBody(statement: Statement): Statement | undefined {
  const { For, ForOf, While, Do } = values.NodeKind
  if (statement.kind === ForOf) return (statement as Statement & { body: Statement }).body
  if (![For, While, Do].includes(statement.kind)) return undefined
  const loop = statement as Statement & { body: Statement }
  const inner = onlyStatement(loop.body)
  if (inner) return inner
  const { body } = loop
  loop.body = Nodes.createBlockStatement([body], body.range)
  return body
}

/** What an earlier compilation of the same loop has put a block around. */
function onlyStatement(body: Statement): Statement | undefined {
  if (body.kind !== values.NodeKind.Block) return undefined
  const { statements } = body as BlockStatement
  return statements.length === 1 && statements[0].range === body.range ? statements[0] : undefined
}

function compileBody(compiler: CompilerInternals, label: Label, original: Compile): ExpressionRef {
  const { module, currentFlow: flow } = compiler
  const { body } = label
  if (!body) return module.nop()
  label.inBody = true
  const code = original.call(compiler, body)
  label.inBody = false
  if (!label.continued) return code
  flow.unset(values.FlowFlags.Terminates)
  return module.block(label.continues, [code])
}
