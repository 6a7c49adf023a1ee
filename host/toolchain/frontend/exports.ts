/**
 * What the outside may call in a program: `main`, and the exported async functions that the host can spawn.
 */
import ts from 'typescript'
import { isAsync } from './coroutines.ts'
import { diagnosticAt, diagnosticOf } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { SourceText } from './source.ts'

/** Types of arguments and results that the mailbox can carry. */
export const spawnTypes = [
  'void',
  'bool',
  'i8',
  'u8',
  'i16',
  'u16',
  'i32',
  'u32',
  'isize',
  'usize',
  'i64',
  'u64',
] as const

export type SpawnType = (typeof spawnTypes)[number]

/** An exported async function; its index in the list is its number in the mailbox. */
export interface SpawnFunction {
  name: string
  parameters: SpawnType[]
  result: SpawnType
}

/** Exports of the entry file that matter to the runtime. Without a main the program serves the host until it is stopped. */
export interface ProgramExports {
  main?: { async: boolean; result: SpawnType }
  spawns: SpawnFunction[]
}

/** Most argument words a mailbox message has. */
const maximumArgumentWords = 8

/** Find `main` and the functions to spawn. */
export function findExports(source: SourceText): {
  exports?: ProgramExports
  diagnostics: Diagnostic[]
} {
  const functions = source.tree.statements.filter(ts.isFunctionDeclaration)
  const mains = functions.filter((node) => node.name?.text === 'main')
  const main = mains[0]
  const spawns = functions
    .filter((node) => isExported(node) && isAsync(node) && node !== main)
    .flatMap((node) => spawnFunction(node) ?? [])
  const diagnostics = main || spawns.length === 0 ? checkMain(source, mains) : []
  if (diagnostics.length > 0) return { diagnostics }
  if (!main) return { exports: { spawns }, diagnostics }
  const result = resultOf(main) ?? 'void'
  return { exports: { main: { async: isAsync(main), result }, spawns }, diagnostics }
}

function checkMain(source: SourceText, mains: ts.FunctionDeclaration[]): Diagnostic[] {
  const at = (node: ts.Node, cause: string, remedy: string): Diagnostic =>
    diagnosticAt(
      source.file,
      source.text,
      { start: node.getStart(), end: node.getEnd() },
      { cause, remedy },
    )
  const remedy = 'Write: export async function main(): Promise<void> { … }.'
  const [main, second] = mains
  if (!main) return [diagnosticOf(source.file, { cause: 'The program has no main.', remedy })]
  const name = main.name ?? main
  if (second) {
    return [at(second.name ?? second, 'There is a second main.', 'Give one of them another name.')]
  }
  if (!isExported(main)) {
    return [at(name, 'main is not exported.', 'Write export before the function.')]
  }
  if (main.parameters.length > 0) {
    return [
      at(
        main.parameters[0],
        'main has parameters, but nobody to give them.',
        'Leave them out; read run-time settings with parameter("name", default).',
      ),
    ]
  }
  if (resultOf(main) === undefined && main.type) {
    return [
      at(
        main.type,
        'The result of main is neither nothing nor an integer.',
        'Use void, i32, Promise<void> or Promise<i32>; the number becomes the exit code.',
      ),
    ]
  }
  return []
}

function isExported(node: ts.FunctionDeclaration): boolean {
  return ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false
}

function spawnFunction(node: ts.FunctionDeclaration): SpawnFunction | undefined {
  const parameters = node.parameters.map(({ type }) => type && spawnType(type))
  const result = resultOf(node)
  if (!node.name || result === undefined || !parameters.every(isPassable)) return undefined
  const words = parameters.reduce((sum, type) => sum + (/64$/.test(type) ? 2 : 1), 0)
  if (words > maximumArgumentWords) return undefined
  return { name: node.name.text, parameters, result }
}

function isPassable(type: SpawnType | undefined): type is SpawnType {
  return type !== undefined && type !== 'void'
}

/** Result type of a function, inside of its promise; undefined if the mailbox cannot carry it. */
function resultOf(node: ts.FunctionDeclaration): SpawnType | undefined {
  if (!node.type) return 'void'
  const type = isAsync(node) ? asyncResult(node.type) : node.type
  return type && spawnType(type)
}

function spawnType(type: ts.TypeNode): SpawnType | undefined {
  const text = type.getText()
  if (text === 'boolean') return 'bool'
  return spawnTypes.find((name) => name === text)
}

/** The `T` of `Promise<T>` or `Task<T>`. */
function asyncResult(type: ts.TypeNode): ts.TypeNode | undefined {
  if (!ts.isTypeReferenceNode(type) || type.typeArguments?.length !== 1) return undefined
  const name = type.typeName.getText()
  return name === 'Promise' || name === 'Task' ? type.typeArguments[0] : undefined
}
