/** The passes in their order, from the lowered function to machine code. */
import { allocate } from '../allocate/allocate.ts'
import type { Allocation } from '../allocate/allocate.ts'
import { coalesce } from '../allocate/coalesce.ts'
import type { FunctionCode } from '../emit/code.ts'
import { emitFunction } from '../emit/function.ts'
import type { IrFunction } from '../ir/ir.ts'
import { printFunction } from '../ir/print.ts'
import { combineBits } from './bits.ts'
import { spellOutStackWords } from './convention.ts'
import { expandCoroutine } from './coroutine.ts'
import { storeSoon } from './frameStores.ts'
import { eliminateDeadCode } from './dce.ts'
import { leaveSsa } from './destruct.ts'
import { numberValues } from './gvn.ts'
import { layOut } from './layout.ts'
import { hoistInvariants } from './licm.ts'
import { placePrologue } from './prologue.ts'
import { findHeldAddresses } from './resumeAddress.ts'
import { selectInstructions } from './select.ts'
import { splitAtCalls } from './split.ts'
import { reduceStrength } from './strength.ts'
import { sweep } from './sweep.ts'
import { threadTests } from './thread.ts'
import { expandSwitches } from './switches.ts'

export interface Pass {
  readonly name: string
  readonly run: (fn: IrFunction) => void
}

/** Every pass by the name that `--dump` takes. */
export const PASSES: readonly Pass[] = [
  { name: 'thread', run: threadTests },
  { name: 'gvn', run: numberValues },
  { name: 'hoist', run: hoistInvariants },
  { name: 'strength', run: reduceStrength },
  { name: 'renumber', run: numberValues },
  { name: 'dce', run: eliminateDeadCode },
  { name: 'bits', run: combineBits },
  { name: 'select', run: selectInstructions },
  { name: 'clean', run: eliminateDeadCode },
  { name: 'licm', run: hoistInvariants },
  { name: 'gvn2', run: numberValues },
  { name: 'convention', run: spellOutStackWords },
  { name: 'destruct', run: leaveSsa },
  { name: 'switches', run: expandSwitches },
  { name: 'coroutine', run: expandCoroutine },
  { name: 'sweep', run: sweep },
  { name: 'coalesce', run: coalesce },
  { name: 'layout', run: layOut },
  { name: 'stores', run: storeSoon },
  { name: 'split', run: splitAtCalls },
]

/** What can be dumped: the function as lowered, after each pass, and with its registers. */
export const DUMPS: readonly string[] = ['lower', ...PASSES.map(({ name }) => name), 'allocate']

/** Receives the text of a function after each pass. */
export type Dump = (pass: string, text: string) => void

export function compileFunction(fn: IrFunction, dump?: Dump): FunctionCode {
  dump?.('lower', printFunction(fn))
  for (const pass of PASSES) {
    pass.run(fn)
    dump?.(pass.name, printFunction(fn))
  }
  const allocation = allocate(fn)
  removeCopies(fn, allocation)
  const framed = placePrologue(fn, allocation)
  layOut(fn)
  allocation.held = findHeldAddresses(fn, allocation.registers)
  dump?.('allocate', printFunction(fn))
  return emitFunction(fn, allocation, framed)
}

/** Copies between values that share a machine register vanish; blocks they leave empty are threaded away by the last layout. */
function removeCopies(fn: IrFunction, { registers }: Allocation): void {
  for (const block of fn.blocks) {
    block.code = block.code.filter(
      ({ op, defs, uses }) => op !== 'copy' || registers[defs[0]] !== registers[uses[0]],
    )
  }
}
