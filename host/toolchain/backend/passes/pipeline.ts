/** The passes in their order, from the lowered function to machine code. */
import { allocate } from '../allocate/allocate.ts'
import type { FunctionCode } from '../emit/code.ts'
import { emitFunction } from '../emit/function.ts'
import type { IrFunction } from '../ir/ir.ts'
import { printFunction } from '../ir/print.ts'
import { spellOutStackWords } from './convention.ts'
import { expandCoroutine } from './coroutine.ts'
import { eliminateDeadCode } from './dce.ts'
import { leaveSsa } from './destruct.ts'
import { layOut } from './layout.ts'
import { selectInstructions } from './select.ts'
import { expandSwitches } from './switches.ts'

export interface Pass {
  readonly name: string
  readonly run: (fn: IrFunction) => void
}

/** Every pass by the name that `--dump` takes. */
export const PASSES: readonly Pass[] = [
  { name: 'dce', run: eliminateDeadCode },
  { name: 'select', run: selectInstructions },
  { name: 'clean', run: eliminateDeadCode },
  { name: 'convention', run: spellOutStackWords },
  { name: 'destruct', run: leaveSsa },
  { name: 'switches', run: expandSwitches },
  { name: 'coroutine', run: expandCoroutine },
  { name: 'layout', run: layOut },
]

/** Receives the text of a function after each pass. */
export type Dump = (pass: string, text: string) => void

export function compileFunction(fn: IrFunction, dump?: Dump): FunctionCode {
  dump?.('lower', printFunction(fn))
  for (const pass of PASSES) {
    pass.run(fn)
    dump?.(pass.name, printFunction(fn))
  }
  const allocation = allocate(fn)
  dump?.('allocate', printFunction(fn))
  return emitFunction(fn, allocation)
}
