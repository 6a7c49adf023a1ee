/** Control instructions, calls and variables (core specification §4.4.4, §4.4.8 and §4.4.10). */
import type { Block, Register } from '../ir/ir.ts'
import { TRAP } from '../options.ts'
import type { FunctionType, ValueType } from '../wasm/module.ts'
import { readValueType } from '../wasm/parse.ts'
import { totalWords } from './context.ts'
import { intrinsicOf } from './intrinsics.ts'
import { loadHome, storeHome } from './homes.ts'
import type { Control, Lowering, LowerTable, Value } from './lowering.ts'
import { select } from './select.ts'
import { callDirect } from './table.ts'

const EMPTY_BLOCK_TYPE = 0x40

function readBlockType({ reader, context }: Lowering): FunctionType {
  const first = reader.bytes[reader.position]
  if (first === EMPTY_BLOCK_TYPE) {
    reader.byte()
    return { parameters: [], results: [] }
  }
  if (first >= 0x40 && first < 0x80) return { parameters: [], results: [readValueType(reader)] }
  return context.module.types[reader.s32()]
}

function newVariables({ builder }: Lowering, types: readonly ValueType[]): number[] {
  return Array.from({ length: totalWords(types) }, () => builder.newVariable())
}

function writeAll(
  { builder }: Lowering,
  variables: readonly number[],
  values: readonly Value[],
): void {
  values.flat().forEach((word, i) => builder.write(variables[i], word))
}

function readAll({ builder }: Lowering, variables: readonly number[]): Register[] {
  return variables.map((variable) => builder.read(variable))
}

/** Opens a block whose parameters are on the stack, and leaves them there. */
function openControl(lowering: Lowering, kind: Control['kind'], type: FunctionType): Control {
  const { builder } = lowering
  const parameters = lowering.popValues(type.parameters.length)
  const end = builder.newBlock()
  const resultVariables = newVariables(lowering, type.results)
  const control: Control = {
    kind,
    label: end,
    labelTypes: type.results,
    labelVariables: resultVariables,
    end,
    results: type.results,
    resultVariables,
    otherwise: undefined,
    parameters,
    height: lowering.stack.length,
    checked: new Set(lowering.checked),
  }
  lowering.controls.push(control)
  lowering.stack.push(...parameters)
  return control
}

export function openFunction(lowering: Lowering): void {
  openControl(lowering, 'function', { parameters: [], results: lowering.type.results })
}

function openLoop(lowering: Lowering): void {
  const { builder } = lowering
  const type = readBlockType(lowering)
  const control = openControl(lowering, 'loop', type)
  control.label = builder.newBlock()
  control.labelTypes = type.parameters
  control.labelVariables = newVariables(lowering, type.parameters)
  writeAll(lowering, control.labelVariables, control.parameters)
  builder.jump(control.label)
  builder.start(control.label, false)
  lowering.stack.length = control.height
  lowering.pushWords(type.parameters, readAll(lowering, control.labelVariables))
}

function openIf(lowering: Lowering): void {
  const { builder } = lowering
  const type = readBlockType(lowering)
  const condition = lowering.popWord()
  const control = openControl(lowering, 'if', type)
  const then = builder.newBlock()
  control.otherwise = builder.newBlock()
  builder.branchIf(condition, then, control.otherwise)
  builder.start(then, true)
}

/** Leaves the current arm for the control's end, with its results. */
function leave(lowering: Lowering, control: Control): void {
  if (!lowering.reachable) return
  writeAll(lowering, control.resultVariables, lowering.popValues(control.results.length))
  lowering.builder.jump(control.end)
}

function startElse(lowering: Lowering, control: Control): void {
  lowering.builder.start(control.otherwise!, true)
  control.otherwise = undefined
  lowering.stack.length = control.height
  lowering.stack.push(...control.parameters)
  lowering.checked = new Set(control.checked)
  lowering.reachable = true
}

function otherwise(lowering: Lowering): void {
  const control = lowering.controls[lowering.controls.length - 1]
  leave(lowering, control)
  startElse(lowering, control)
}

function end(lowering: Lowering): void {
  const { builder } = lowering
  const control = lowering.controls[lowering.controls.length - 1]
  leave(lowering, control)
  if (control.otherwise !== undefined) {
    startElse(lowering, control)
    leave(lowering, control)
  }
  lowering.controls.pop()
  if (control.kind === 'loop') builder.variables.seal(control.label)
  lowering.stack.length = control.height
  lowering.checked = new Set(control.checked)
  lowering.reachable = control.end.predecessors.length > 0
  if (!lowering.reachable) return
  builder.start(control.end, true)
  const words = readAll(lowering, control.resultVariables)
  if (control.kind === 'function') builder.terminate('return', words, [])
  else lowering.pushWords(control.results, words)
}

/** The control that a branch depth names. */
function target(lowering: Lowering, depth: number): Control {
  return lowering.controls[lowering.controls.length - 1 - depth]
}

/** Hands the values on top of the stack to a label, leaving them there for the other ways out. */
function passValues(lowering: Lowering, control: Control): Block {
  const count = control.labelTypes.length
  if (count > 0) writeAll(lowering, control.labelVariables, lowering.stack.slice(-count))
  return control.label
}

function branch(lowering: Lowering): void {
  lowering.builder.jump(passValues(lowering, target(lowering, lowering.reader.u32())))
  lowering.reachable = false
}

function branchIf(lowering: Lowering): void {
  const { builder } = lowering
  const control = target(lowering, lowering.reader.u32())
  const condition = lowering.popWord()
  const next = builder.newBlock()
  builder.branchIf(condition, passValues(lowering, control), next)
  builder.continueIn(next)
}

function branchTable(lowering: Lowering): void {
  const depths = lowering.reader.vector((reader) => reader.u32())
  depths.push(lowering.reader.u32())
  const index = lowering.popWord()
  const controls = depths.map((depth) => target(lowering, depth))
  const labels = controls.map((control) => passValues(lowering, control))
  lowering.reachable = false
  const constant = lowering.builder.constantOf(index)
  if (constant !== undefined) {
    return lowering.builder.jump(labels[Math.min(constant >>> 0, labels.length - 1)])
  }
  if (new Set(labels).size === 1) return lowering.builder.jump(labels[0])
  lowering.builder.terminate('switch', [index], labels)
}

function returnValues(lowering: Lowering): void {
  lowering.builder.jump(passValues(lowering, lowering.controls[0]))
  lowering.reachable = false
}

function call(lowering: Lowering): void {
  const { context } = lowering
  const index = lowering.reader.u32()
  const imported = context.intrinsics.get(index)
  if (imported === undefined) return callDirect(lowering, index)
  const type = context.module.types[context.module.functions[index]]
  const uses = lowering.popValues(type.parameters.length).flat()
  intrinsicOf(imported.module, imported.name)!(lowering, uses)
}

function getLocal(lowering: Lowering): void {
  const local = lowering.reader.u32()
  const home = lowering.homes[local]
  const value = readAll(lowering, lowering.locals[local])
  lowering.push(...(home === undefined ? value : loadHome(lowering, home, value)))
}

function setLocal(lowering: Lowering): void {
  const local = lowering.reader.u32()
  const value = lowering.pop()
  const home = lowering.homes[local]
  writeAll(lowering, lowering.locals[local], [value])
  if (home !== undefined) storeHome(lowering, home, value)
}

function teeLocal(lowering: Lowering): void {
  const value = lowering.stack[lowering.stack.length - 1]
  setLocal(lowering)
  lowering.push(...value)
}

function unreachable(lowering: Lowering): void {
  lowering.builder.trap(TRAP.unreachable)
  lowering.reachable = false
}

export const CONTROL: LowerTable = {
  0x00: unreachable,
  0x01: () => undefined,
  0x02: (lowering) => void openControl(lowering, 'block', readBlockType(lowering)),
  0x03: openLoop,
  0x04: openIf,
  0x05: otherwise,
  0x0b: end,
  0x0c: branch,
  0x0d: branchIf,
  0x0e: branchTable,
  0x0f: returnValues,
  0x10: call,
  0x1a: (lowering) => void lowering.pop(),
  0x1b: select,
  0x1c: (lowering) => {
    lowering.reader.vector(readValueType)
    select(lowering)
  },
  0x20: getLocal,
  0x21: setLocal,
  0x22: teeLocal,
}
