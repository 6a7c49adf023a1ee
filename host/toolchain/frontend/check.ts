/**
 * What asc cannot do, or would report in words of its own: found on the syntax tree, before asc sees the text. What is looked for, and
 * what is said of it, stands in checks/ by subject.
 */
import ts from 'typescript'
import { absentName, hugeNumber } from './checks/absent.ts'
import { checkCapture, checkThis, tooEarly } from './checks/captures.ts'
import { rule } from './checks/rule.ts'
import type { Check, Report } from './checks/rule.ts'
import { checkCoroutine } from './checks/coroutines.ts'
import { isIgnored, unsupportedKind } from './checks/kinds.ts'
import { objectChecks } from './checks/objects.ts'
import { omittedTypeChecks } from './checks/omittedTypes.ts'
import { patternChecks } from './checks/patterns.ts'
import { checkPromise } from './checks/promises.ts'
import { typeChecks } from './checks/types.ts'
import { diagnosticAt } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'
import { Hoists } from './hoisting.ts'
import type { SourceText } from './source.ts'

/** An import by a call, at run time. */
const importAtRunTime = rule(
  (node) => ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword,
  { cause: 'import() at run time is not supported.', remedy: 'Import the file at the top.' },
)

/** Of several faults of a node the first is reported: a type that is left out rather than what depends on it. */
const checks: readonly Check[] = [
  ...[unsupportedKind, importAtRunTime, absentName, hugeNumber],
  ...omittedTypeChecks,
  ...patternChecks,
  ...objectChecks,
  ...typeChecks,
  checkPromise,
]

/** Errors of one file that need no types to be seen. */
export function checkSource(source: SourceText): Diagnostic[] {
  const found: Diagnostic[] = []
  const report: Report = (node, message) => {
    const range = { start: node.getStart(source.tree), end: node.getEnd() }
    found.push(diagnosticAt(source.file, source.text, range, message))
  }
  const visit = (node: ts.Node): void => {
    const message = isIgnored(node) ? undefined : firstOf(node, source)
    if (message) report(markedPart(node), message)
    checkCoroutine(node, report)
    if (ts.isIdentifier(node)) checkCapture(node, source, report)
    if (node.kind === ts.SyntaxKind.ThisKeyword) checkThis(node, report)
    // What is inside an unsupported construct would only repeat its error.
    if (!message) ts.forEachChild(node, visit)
  }
  ts.forEachChild(source.tree, visit)
  for (const early of new Hoists(source).tooEarly) report(early.use, tooEarly(early))
  return found
}

function firstOf(node: ts.Node, source: SourceText): ReturnType<Check> {
  for (const check of checks) {
    const message = check(node, source)
    if (message) return message
  }
  return undefined
}

/** The part of an unsupported construct to put the mark under: its first token, unless it is small. */
function markedPart(node: ts.Node): ts.Node {
  if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && node.name)
    return node.name
  const first = node.getFirstToken()
  return first !== undefined && (ts.isStatement(node) || ts.isClassExpression(node)) ? first : node
}
