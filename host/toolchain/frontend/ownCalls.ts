/**
 * Calls of async functions that are awaited where they are made: `await load(name)`. Nobody else has such a task, so that its frame can be
 * used again at once (assembly/guest/runtime/frames.ts). Known are functions, constants and methods of the same file; a method only of a
 * class that nobody can derive another one from.
 */
import ts from 'typescript'
import { isAsync, isGenerator } from './coroutines.ts'
import type { SourceText } from './source.ts'

/** Whether what an `await` waits for is certainly the task of a call that nobody else has. */
export function isOwnCall(source: SourceText, awaited: ts.Expression): boolean {
  let call = awaited
  while (ts.isParenthesizedExpression(call)) call = call.expression
  if (!ts.isCallExpression(call) || call.questionDotToken) return false
  const callee = call.expression
  const isMethod = ts.isPropertyAccessExpression(callee) && !callee.questionDotToken
  if (!isMethod && !ts.isIdentifier(callee)) return false
  const symbol = source.checker.getSymbolAtLocation(isMethod ? callee.name : callee)
  if (symbol?.declarations?.length !== 1) return false
  return isAlwaysAsync(source, symbol.declarations[0])
}

function isAlwaysAsync({ tree }: SourceText, declaration: ts.Declaration): boolean {
  if (ts.isFunctionDeclaration(declaration)) return givesTask(declaration)
  if (ts.isMethodDeclaration(declaration)) {
    return givesTask(declaration) && isFinal(tree, declaration.parent)
  }
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return false
  const isConstant = (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0
  const { initializer } = declaration
  const isFunction = ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)
  return isConstant && isFunction && givesTask(initializer)
}

function givesTask(node: ts.FunctionLikeDeclaration): boolean {
  return isAsync(node) && !isGenerator(node) && node.body !== undefined
}

/** Whether a class is neither exported nor extended. */
function isFinal(tree: ts.SourceFile, node: ts.Node): boolean {
  if (!ts.isClassDeclaration(node) || !node.name || ts.getModifiers(node)?.some(isExport)) {
    return false
  }
  const name = node.name.text
  return !tree.statements.some(
    (statement) =>
      (ts.isClassDeclaration(statement) && extendedBy(statement) === name) ||
      ts.isExportAssignment(statement) ||
      (ts.isExportDeclaration(statement) && !statement.moduleSpecifier),
  )
}

const isExport = ({ kind }: ts.Modifier): boolean => kind === ts.SyntaxKind.ExportKeyword

/** Name of the class that another one extends. */
function extendedBy({ heritageClauses }: ts.ClassDeclaration): string | undefined {
  const clause = heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
  return clause?.types[0]?.expression.getText()
}
