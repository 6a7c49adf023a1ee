/** Intermediate code of small functions, for the tests of the passes. */
import { lowerFunction } from '../../host/toolchain/backend/lower/function.ts'
import { createUnit } from '../../host/toolchain/backend/link/units.ts'
import type { IrFunction } from '../../host/toolchain/backend/ir/ir.ts'
import { printFunction } from '../../host/toolchain/backend/ir/print.ts'
import { DEFAULT_CODE } from '../../host/toolchain/backend/options.ts'
import { parseModule } from '../../host/toolchain/backend/wasm/parse.ts'
import type { TestFunction, TestModule, Type } from './wasm.ts'
import { encodeModule } from './wasm.ts'

/** Lowers the first function of a module. */
export function lowerModule(module: TestModule): IrFunction {
  const wasm = parseModule(encodeModule(module))
  const unit = createUnit(wasm, { code: DEFAULT_CODE, prefix: '', signatures: new Map() })
  return lowerFunction(unit.context, wasm.bodies[0])
}

export const lower = (fn: Omit<TestFunction, 'name'>): IrFunction =>
  lowerModule({ functions: [{ name: 'f', ...fn }], memory: 1, globals: ['i32', 'i32'] })

/**
 * A coroutine with i32 parameters and further locals, whose frame exists when the body begins. Imports 1 and 2 are `co.self` and
 * `co.suspend`, globals 0 and 1 are i32.
 */
export function coroutine(parameters: number, body: number[], locals = 0): IrFunction {
  const word: Type[] = ['i32']
  const words = (count: number): Type[] => Array.from({ length: count }, (): Type => 'i32')
  return lowerModule({
    imports: [
      { module: 'co', name: 'begin', parameters: [], results: word },
      { module: 'co', name: 'self', parameters: [], results: word },
      { module: 'co', name: 'suspend', parameters: word, results: [] },
    ],
    functions: [
      {
        name: 'f',
        parameters: words(parameters),
        results: word,
        locals: words(locals),
        body: [...[0x10, 0, 0x04, 0x40, 0x10, 1, 0x0f, 0x0b], ...body, 0x10, 1],
      },
    ],
    globals: ['i32', 'i32'],
  })
}

/** How many instructions of an operation a function has; `within` counts one block depth only. */
export function count(fn: IrFunction, op: string, depth?: number): number {
  return fn.blocks
    .filter((block) => depth === undefined || block.depth === depth)
    .reduce((sum, { code }) => sum + code.filter((item) => item.op === op).length, 0)
}

export const text = (fn: IrFunction): string => printFunction(fn)

/** `sum += body(i)` for i from 0 below the first parameter: locals 1 is the sum, 2 the counter. */
export function countedLoop(body: number[]): Omit<TestFunction, 'name'> {
  const loop = [
    ...[0x02, 0x40, 0x03, 0x40, 0x20, 2, 0x20, 0, 0x4e, 0x0d, 1],
    ...[0x20, 1, ...body, 0x6a, 0x21, 1],
    ...[0x20, 2, 0x41, 1, 0x6a, 0x21, 2, 0x0c, 0, 0x0b, 0x0b],
  ]
  return { parameters: ['i32'], results: ['i32'], locals: ['i32', 'i32'], body: [...loop, 0x20, 1] }
}
