/**
 * Where the fields of classes lie, and the numbers of named constants, as asc has decided them: host views read guest memory by these
 * names, so that guest sources can change without them. Left out: asc's own library, and generated constants, whose tables the host has.
 */
import binaryen from 'assemblyscript/binaryen'
import type { ClassLayout, FieldLayout, Layouts } from './layoutSection.ts'

export * from './layoutSection.ts'

/** The parts of asc's program that matter here. */
export interface AscProgram {
  instancesByName: Map<string, AscElement>
}

interface AscElement {
  kind: number
  nextMemoryOffset?: number
  members?: Map<string, AscMember> | null
}

interface AscMember {
  isField?: boolean
  instance?: { memoryOffset: number; type: { byteSize: number; toString(): string } } | null
}

/** asc's ElementKind of a class. */
const classKind = 7
/** asc's library and what it generates for a module are not shown; the runtime is. */
const hidden = /^~lib\/(?!nothread\/)|^~(?!lib\/)|(^|\/)generated\//

function isShown(name: string): boolean {
  return !hidden.test(name)
}

/** Layouts of what asc has compiled; to be asked before Binaryen folds the constants away. */
export function layoutsOf(program: AscProgram, module: binaryen.Module): Layouts {
  return { classes: classesOf(program), constants: constantsOf(module) }
}

function classesOf({ instancesByName }: AscProgram): ClassLayout[] {
  const classes: ClassLayout[] = []
  for (const [name, { kind, members, nextMemoryOffset = 0 }] of instancesByName) {
    if (kind !== classKind || !isShown(name)) continue
    const fields = [...(members ?? [])].flatMap(([field, member]) => fieldOf(field, member))
    classes.push({ name, bytes: nextMemoryOffset, fields })
  }
  return classes
}

function fieldOf(name: string, { isField, instance }: AscMember): FieldLayout[] {
  if (isField !== true || !instance) return []
  const { memoryOffset, type } = instance
  return [{ name, offset: memoryOffset, bytes: type.byteSize, type: type.toString() }]
}

function constantsOf(module: binaryen.Module): Record<string, number> {
  const constants: Record<string, number> = {}
  for (let index = 0; index < module.getNumGlobals(); index++) {
    const global = binaryen.getGlobalInfo(module.getGlobalByIndex(index))
    if (global.module !== '' || global.mutable || !isShown(global.name)) continue
    const value = numberOf(global.init)
    if (value !== undefined) constants[global.name] = value
  }
  return constants
}

/** The number an expression is, signed; undefined for 64 bits and for what is computed at the start. */
function numberOf(init: binaryen.ExpressionRef): number | undefined {
  if (binaryen.getExpressionId(init) !== binaryen.ConstId) return undefined
  const { value } = binaryen.getExpressionInfo(init) as binaryen.ConstInfo
  return typeof value === 'number' ? value : undefined
}
