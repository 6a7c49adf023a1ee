/**
 * The module `spectest` that the suite's scripts import: functions that print, which do nothing here, constants, a table and a memory
 * (the reference interpreter's documentation names them).
 */
import type { Type } from '../backend/wasm.ts'
import { encodeModule } from '../backend/wasm.ts'

const PRINTS: Readonly<Record<string, Type[]>> = {
  print: [],
  print_i32: ['i32'],
  print_i64: ['i64'],
  print_f32: ['f32'],
  print_f64: ['f64'],
  print_i32_f32: ['i32', 'f32'],
  print_f64_f64: ['f64', 'f64'],
}

export const spectestModule = (): Uint8Array =>
  encodeModule({
    functions: Object.entries(PRINTS).map(([name, parameters]) => ({
      name,
      parameters,
      results: [],
      body: [],
    })),
    memory: 1,
    memoryMaximum: 2,
    table: Array.from({ length: 10 }, () => undefined),
    tableMaximum: 20,
    tableName: 'table',
    constants: {
      global_i32: ['i32', 666],
      global_i64: ['i64', 666],
      global_f32: ['f32', 666.6],
      global_f64: ['f64', 666.6],
    },
  })
