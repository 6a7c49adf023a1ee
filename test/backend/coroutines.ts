/** Runs modules with one coroutine, `main`: emulated by resuming it until it is done, in the host straight through. */
import { assemble } from '../../host/toolchain/asm/index.ts'
import type { CodeChoice, LinkedImage } from '../../host/toolchain/backend/index.ts'
import { linkImage } from '../../host/toolchain/backend/index.ts'
import type { Operand } from './differential.ts'
import { BASE, linearMemory, MEMORY_ORIGIN, toWords } from './differential.ts'
import { RESULT_ADDRESS } from './generator.ts'
import type { Guest } from './guest.ts'
import type { TestModule } from './wasm.ts'
import { encodeModule } from './wasm.ts'

/** Frames come one after another from zeroed memory; `frames` is where the next one goes. */
const ALLOCATOR = `
  .text
  .globl __co_alloc
__co_alloc:
  la t0, frames
  lw t1, 0(t0)
  add t2, t1, a0
  sw t2, 0(t0)
  mv a0, t1
  # Whatever a call may destroy is destroyed.
  li a1, -1
  li a2, -1
  li a3, -1
  li a4, -1
  li a5, -1
  li a6, -1
  li a7, -1
  li t0, -1
  li t1, -1
  li t2, -1
  li t3, -1
  li t4, -1
  li t5, -1
  li t6, -1
  ret
  .data
  .globl frames
frames:
  .word 0x80a00000
`
const RESUMPTION_LIMIT = 100_000

export function linkCoroutines(wasm: Uint8Array, code: CodeChoice = {}): LinkedImage {
  const objects = [assemble(ALLOCATOR, { fileName: 'allocator.s' })]
  return linkImage({ wasm, base: BASE, entry: 'main', objects, code: { ...linearMemory, ...code } })
}

export interface Run {
  /** 'trap', or the eight bytes of the result. */
  result: string
  resumptions: number
}

export function runEmulated(
  guest: Guest,
  module: TestModule,
  operands: readonly Operand[],
  image = linkCoroutines(encodeModule(module)),
): Run {
  guest.load(image)
  const address = (name: string): number =>
    image.symbols.find((symbol) => symbol.name === name)!.address
  const { parameters } = module.functions.find(({ name }) => name === 'main')!
  const words = operands.flatMap((operand, i) => toWords(operand, parameters[i]))
  const first = guest.call(address('main'), words)
  if (first.kind === 'trap') return { result: 'trap', resumptions: 0 }
  const frame = first.words[0]
  const done = (): boolean => guest.word(MEMORY_ORIGIN + RESULT_ADDRESS + 8) === 1
  let resumptions = 0
  while (!done()) {
    if (resumptions++ > RESUMPTION_LIMIT) throw new Error('the coroutine does not end')
    const outcome = guest.call(address('resume'), [frame])
    if (outcome.kind === 'trap') return { result: 'trap', resumptions }
  }
  const low = guest.word(MEMORY_ORIGIN + RESULT_ADDRESS)
  const high = guest.word(MEMORY_ORIGIN + RESULT_ADDRESS + 4)
  return { result: `${low} ${high}`, resumptions }
}

export function runInHost(module: TestModule, operands: readonly Operand[]): Run {
  let resumptions = 0
  const co = {
    begin: () => 0,
    self: () => 0,
    suspend: () => void resumptions++,
    resume: () => undefined,
  }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(encodeModule(module)), { co })
  const exports = instance.exports as Record<string, (...values: Operand[]) => unknown>
  const memory = instance.exports.memory as WebAssembly.Memory
  try {
    exports.main(...operands)
  } catch {
    return { result: 'trap', resumptions }
  }
  const view = new DataView(memory.buffer)
  const word = (offset: number): number => view.getInt32(RESULT_ADDRESS + offset, true)
  return { result: `${word(0)} ${word(4)}`, resumptions }
}
