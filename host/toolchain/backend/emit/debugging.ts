/** What debuggers have to know of a function's code: where the caller's registers are at each place, and where the source's variables are. */
import type { Place } from '../../dwarf/information.ts'
import type { IrFunction, Register } from '../ir/ir.ts'
import { FRAME_HEADER_BYTES } from '../passes/frameSlots.ts'
import type { CodeUnwind, CodeVariable } from './code.ts'
import type { Frame } from './frame.ts'
import { WORD } from './frame.ts'
import type { MachineRegister } from './registers.ts'

/** Notes of what the stack holds, in the order of the code. */
export class UnwindNotes {
  readonly rows: CodeUnwind[] = []

  /** From this item on the stack pointer is `bytes` below the caller's, with registers saved at offsets from it. */
  note(item: number, bytes: number, saved: Frame['saved']): void {
    if (this.rows.at(-1)?.item === item) this.rows.pop()
    const before = this.rows.at(-1) ?? { bytes: 0, saved: [] }
    if (before.bytes === bytes && before.saved.length === saved.length) return
    this.rows.push({
      item,
      bytes,
      saved: saved.map(({ register, offset }) => [register, offset - bytes]),
    })
  }
}

/** Places of the variables that have homes; `register` tells the machine register of the coroutine's frame. */
export function placeVariables(
  { coroutine, homes }: IrFunction,
  frame: Frame,
  register: (register: Register) => MachineRegister,
): CodeVariable[] {
  const place = (offset: number): Place =>
    coroutine === undefined
      ? { at: 'frame', offset: frame.spills + offset - frame.bytes }
      : {
          at: 'register',
          register: register(coroutine.frame),
          offset: FRAME_HEADER_BYTES + offset,
        }
  return (homes?.variables ?? []).map(({ word, ...variable }) => ({
    ...variable,
    place: place(WORD * word),
  }))
}
