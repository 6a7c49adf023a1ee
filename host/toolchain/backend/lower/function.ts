/** Lowers one wasm function body to the intermediate representation. */
import type { IrFunction } from '../ir/ir.ts'
import { removeUnreachable } from '../ir/graph.ts'
import type { FunctionBody } from '../wasm/module.ts'
import type { ModuleContext } from './context.ts'
import { CONTROL, openFunction } from './control.ts'
import { FLOAT, SATURATING } from './float.ts'
import { INTEGER32 } from './integer32.ts'
import { INTEGER64 } from './integer64.ts'
import type { LowerTable } from './lowering.ts'
import { Lowering } from './lowering.ts'
import { BULK, MEMORY } from './memory.ts'
import { opensBlock, skipImmediates } from './skip.ts'
import { TABLE, TABLE_BULK } from './table.ts'

const ELSE = 0x05
const END = 0x0b
const PREFIX = 0xfc

const INSTRUCTIONS: LowerTable = {
  ...CONTROL,
  ...TABLE,
  ...MEMORY,
  ...INTEGER32,
  ...INTEGER64,
  ...FLOAT,
  [PREFIX]: (lowering) => {
    const opcode = lowering.reader.u32()
    const lower = PREFIXED[opcode]
    if (lower === undefined) lowering.unsupported(`unsupported wasm instruction 0xfc ${opcode}`)
    lower(lowering)
  },
}

const PREFIXED: LowerTable = { ...SATURATING, ...BULK, ...TABLE_BULK }

/** Lowers a body. Throws BackendError for what the backend refuses. */
export function lowerFunction(context: ModuleContext, body: FunctionBody): IrFunction {
  const lowering = new Lowering(context, body)
  openFunction(lowering)
  const { reader } = lowering
  while (!reader.done) {
    if (!lowering.reachable && skipUnreachable(lowering)) continue
    lowering.builder.at = reader.position - body.start
    const opcode = reader.byte()
    const lower = INSTRUCTIONS[opcode]
    if (lower === undefined)
      lowering.unsupported(`unsupported wasm instruction 0x${opcode.toString(16)}`)
    lower(lowering)
  }
  const fn = lowering.builder.finish()
  fn.extensions = context.march
  fn.checksStack = context.options.checks.stack
  removeUnreachable(fn)
  return fn
}

/** Skips to the `else` or `end` that makes code reachable again; false when it is next. */
function skipUnreachable({ reader }: Lowering): boolean {
  let depth = 0
  for (;;) {
    const opcode = reader.bytes[reader.position]
    if (depth === 0 && (opcode === ELSE || opcode === END)) return false
    reader.byte()
    skipImmediates(opcode, reader)
    if (opensBlock(opcode)) depth++
    else if (opcode === END) depth--
  }
}
