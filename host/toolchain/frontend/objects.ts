/**
 * Declarations that asc knows only in another form. An interface or type that has nothing but fields becomes a class, so that an object
 * can be written for it:
 *
 *     interface Options { size: i32 }      class Options { size: i32 }
 *     type Point = { x: f64, y: f64 }      class Point { x: f64; y: f64 }
 *     interface S { get size(): i32 }      interface S { size: i32 }
 *     enum E { A = 'a', B = 'b' }          namespace E { export const A = 'a'; export const B = 'b' }
 *     class C { static { … } }             class C { static __block0(): void { … } }  C.__block0();
 */
import ts from 'typescript'
import type { EditList } from './edits.ts'
import { isTextEnum } from './plainTypes.ts'

/** Text to put in behind a declaration. */
interface Closing {
  position: number
  text: string
}

/** Begins the rewrite of a declaration. */
export function rewriteDeclaration(node: ts.Node, edits: EditList): Closing | undefined {
  if (ts.isInterfaceDeclaration(node)) {
    if (isDataInterface(node)) dataInterface(node, edits)
    else node.members.forEach((member) => accessor(member, edits))
  } else if (ts.isTypeAliasDeclaration(node) && isDataType(node.type)) dataType(node, edits)
  else if (ts.isEnumDeclaration(node) && isTextEnum(node)) textEnum(node, edits)
  else if (ts.isClassDeclaration(node)) return staticBlocks(node, edits)
  return undefined
}

/** Whether a type is written as the fields of its objects. */
export function isDataType(type: ts.TypeNode): type is ts.TypeLiteralNode {
  return ts.isTypeLiteralNode(type) && areFields(type.members)
}

/** Whether an interface has nothing but fields, and no class of the file says that it implements it. */
export function isDataInterface({
  name,
  members,
  heritageClauses,
  parent,
}: ts.InterfaceDeclaration): boolean {
  if (heritageClauses || !areFields(members) || !ts.isSourceFile(parent)) return false
  return !heritageNames(parent).has(name.text)
}

function areFields(members: ts.NodeArray<ts.TypeElement>): boolean {
  return (
    members.length > 0 &&
    members.every(
      (member) => ts.isPropertySignature(member) && ts.isIdentifier(member.name) && member.type,
    )
  )
}

const heritageCache = new WeakMap<ts.SourceFile, Set<string>>()

/** Names behind `extends` and `implements` in a file. */
function heritageNames(tree: ts.SourceFile): Set<string> {
  const known = heritageCache.get(tree)
  if (known) return known
  const names = new Set<string>()
  for (const statement of tree.statements) {
    if (!ts.isClassDeclaration(statement) && !ts.isInterfaceDeclaration(statement)) continue
    for (const { types } of statement.heritageClauses ?? []) {
      for (const { expression } of types) names.add(expression.getText())
    }
  }
  heritageCache.set(tree, names)
  return names
}

function dataInterface(node: ts.InterfaceDeclaration, edits: EditList): void {
  const keyword = node.getChildren().find(({ kind }) => kind === ts.SyntaxKind.InterfaceKeyword)
  if (keyword) edits.replace(keyword.getStart(), keyword.getEnd(), 'class')
  separate(node.members, edits)
}

function dataType(node: ts.TypeAliasDeclaration, edits: EditList): void {
  const tokens = node.getChildren()
  const keyword = tokens.find(({ kind }) => kind === ts.SyntaxKind.TypeKeyword)
  const equals = tokens.find(({ kind }) => kind === ts.SyntaxKind.EqualsToken)
  if (keyword) edits.replace(keyword.getStart(), keyword.getEnd(), 'class')
  if (equals) edits.blank(equals.getStart(), equals.getEnd())
  separate((node.type as ts.TypeLiteralNode).members, edits)
}

/** An enum of texts is a namespace of constants. */
function textEnum(node: ts.EnumDeclaration, edits: EditList): void {
  for (const { kind, ...token } of node.modifiers ?? [])
    if (kind === ts.SyntaxKind.ConstKeyword) edits.blank(token.end - 'const'.length, token.end)
  const start = node.name.getStart()
  const keyword = node.getChildren().find(({ kind }) => kind === ts.SyntaxKind.EnumKeyword)
  if (keyword) edits.replace(keyword.getStart(), start, 'namespace ')
  for (const member of node.members) edits.insert(member.getStart(), 'export const ')
  for (const token of node.getChildren().flatMap((child) => child.getChildren())) {
    if (token.kind === ts.SyntaxKind.CommaToken) edits.replace(token.getStart(), token.end, ';')
  }
}

/** Fields of classes are not separated by commas. */
function separate(members: ts.NodeArray<ts.TypeElement>, edits: EditList): void {
  for (const member of members) {
    const end = member.getEnd()
    if (member.getText().endsWith(',')) edits.replace(end - 1, end, ';')
  }
}

/** A getter of an interface is a field there, whatever the class makes of it; its setter says nothing more. */
function accessor(member: ts.TypeElement, edits: EditList): void {
  if (ts.isSetAccessorDeclaration(member)) {
    edits.blank(member.getStart(), member.getEnd())
  } else if (ts.isGetAccessorDeclaration(member)) {
    const { name, type } = member
    edits.blank(member.getStart(), name.getStart())
    if (type) edits.replace(name.getEnd(), type.getStart(), ': ')
  }
}

function staticBlocks(node: ts.ClassDeclaration, edits: EditList): Closing | undefined {
  const blocks = node.members.filter(ts.isClassStaticBlockDeclaration)
  if (blocks.length === 0 || !node.name) return undefined
  const { text } = node.name
  const calls = blocks.map((block, index) => {
    edits.insert(block.body.getStart(), `__block${index}(): void `)
    return ` ${text}.__block${index}();`
  })
  return { position: node.getEnd(), text: calls.join('') }
}
