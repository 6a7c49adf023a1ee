/**
 * Variables that stay in memory, for debuggers: locals of the source get words of the stack frame, or of the coroutine's frame, where it is
 * from the function's beginning to its end. Each read loads and each write stores, so that a debugger sees and changes what the
 * program uses.
 */
import type { Home, Register } from '../ir/ir.ts'
import { ZERO } from '../ir/ir.ts'
import { FRAME_HEADER_BYTES } from '../passes/frameSlots.ts'
import type { FunctionBody } from '../wasm/module.ts'
import { Reader } from '../wasm/reader.ts'
import type { ModuleContext } from './context.ts'
import { wordsOf } from './context.ts'
import type { Lowering } from './lowering.ts'
import { skipImmediates } from './skip.ts'

const WORD = 4
const CALL = 0x10
/** Homes beyond this many words would be out of reach of a load's immediate; such locals stay in registers. */
const MOST_WORDS = 400

/** Gives the wanted locals of a body their homes. A coroutine has none before its frame is there, which calls `useHomes` again. */
export function assignHomes(lowering: Lowering, body: FunctionBody): void {
  const { context, builder, type } = lowering
  const names = context.module.localNames.get(body.index)
  const wanted = context.options.homes?.[builder.fn.name]
  if (wanted === undefined || names === undefined) return
  const { parameters } = type
  let next = 0
  const homes = [...parameters, ...body.locals].map((local, index) => {
    const name = names.get(index)
    const words = wordsOf(local)
    if (name === undefined || !Object.hasOwn(wanted, name) || next + words > MOST_WORDS) {
      return undefined
    }
    const home = { name, words, parameter: index < parameters.length, word: next }
    next += words
    return home
  })
  const variables = homes.filter((home) => home !== undefined)
  builder.fn.homes = { variables, words: next }
  lowering.plannedHomes = homes
  if (!callsBegin(context, body)) useHomes(lowering)
}

/** From here on the locals are in their homes. Stack frames are not cleared, frames of coroutines are. */
export function useHomes(lowering: Lowering): void {
  const isStack = lowering.builder.fn.coroutine === undefined
  lowering.plannedHomes.forEach((home, local) => {
    if (home === undefined) return
    const words = lowering.locals[local].map((variable) => lowering.builder.read(variable))
    if (isStack || words.some((word) => word !== ZERO)) storeHome(lowering, home, words)
  })
  lowering.homes = lowering.plannedHomes
}

function callsBegin({ module, intrinsics }: ModuleContext, body: FunctionBody): boolean {
  const reader = new Reader(module.bytes, body.start, body.end)
  while (!reader.done) {
    const opcode = reader.byte()
    if (opcode !== CALL) {
      skipImmediates(opcode, reader)
      continue
    }
    const target = intrinsics.get(reader.u32())
    if (target?.module === 'co' && target.name === 'begin') return true
  }
  return false
}

export function storeHome({ builder }: Lowering, home: Home, value: readonly Register[]): void {
  const frame = builder.fn.coroutine?.frame
  value.forEach((word, i) => {
    if (frame === undefined) builder.append('spill', [word], home.word + i)
    else builder.append('store32', [frame, word], frameOffset(home, i)).volatile = true
  })
}

/** Loads a local whose value, as far as the program goes, is `value`. */
export function loadHome(lowering: Lowering, home: Home, value: readonly Register[]): Register[] {
  return value.map((known, i) => {
    const load = loadWord(lowering, home, i)
    lowering.knownValues.set(load, known)
    return load
  })
}

function loadWord({ builder }: Lowering, home: Home, word: number): Register {
  const frame = builder.fn.coroutine?.frame
  if (frame === undefined) return builder.value('reload', [], home.word + word)
  const load = builder.append('load32', [frame], frameOffset(home, word), 1)
  load.volatile = true
  return load.defs[0]
}

const frameOffset = (home: Home, word: number): number =>
  FRAME_HEADER_BYTES + WORD * (home.word + word)
