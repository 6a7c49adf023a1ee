/**
 * All that the code of a function depends on, as one text: the body's bytes, with what stands in the module's index spaces written out. Two
 * bodies of equal text, in modules that are compiled with equal options, become the same code.
 */
import type { FunctionBody } from '../wasm/module.ts'
import { Reader } from '../wasm/reader.ts'
import type { ModuleContext } from './context.ts'
import { signatureText } from './context.ts'
import { isPlain, skipImmediates } from './skip.ts'

/** What the immediates of an opcode stand for. */
type Meaning = (context: ModuleContext, reader: Reader) => string

const callee: Meaning = (context, reader) => {
  const index = reader.u32()
  const { module, functionSymbols, intrinsics } = context
  const kind = intrinsics.has(index) ? 'intrinsic' : 'function'
  return `${kind} ${functionSymbols[index]} ${signatureText(module.types[module.functions[index]])}`
}

const callThroughTable: Meaning = ({ module, signatureIds }, reader) => {
  const type = reader.u32()
  const table = reader.u32()
  const entries = module.tables[table].minimum
  return `${signatureText(module.types[type])} ${signatureIds[type]} ${table} ${entries}`
}

const blockType: Meaning = ({ module }, reader) => {
  const type = reader.s32()
  return type < 0 ? String(type) : signatureText(module.types[type])
}

const global: Meaning = ({ globals }, reader) => {
  const place = globals[reader.u32()]
  return place.kind === 'constant'
    ? `${place.type} ${place.bits}`
    : `${place.type} ${place.symbol} ${place.offset}`
}

const MEANINGS: Readonly<Record<number, Meaning>> = {
  0x02: blockType,
  0x03: blockType,
  0x04: blockType,
  0x10: callee,
  0x11: callThroughTable,
  0x23: global,
  0x24: global,
}

/** One letter for each byte. */
const letters = new TextDecoder('latin1')

/** Undefined for a body with instructions that depend on more than this looks at. */
export function bodyKey(context: ModuleContext, body: FunctionBody): string | undefined {
  const { module, functionSymbols } = context
  const parts = [
    functionSymbols[body.index],
    signatureText(module.types[body.type]),
    body.locals.join(' '),
  ]
  const reader = new Reader(module.bytes, body.start, body.end)
  let from = body.start
  while (!reader.done) {
    const opcode = reader.byte()
    const meaning = MEANINGS[opcode]
    if (meaning !== undefined) {
      parts.push(letters.decode(module.bytes.subarray(from, reader.position)))
      parts.push(meaning(context, reader))
      from = reader.position
    } else if (isPlain(opcode, reader)) skipImmediates(opcode, reader)
    else return undefined
  }
  parts.push(letters.decode(module.bytes.subarray(from, body.end)))
  return parts.map((part) => `${part.length} ${part}`).join()
}

/** What the code of all functions of a module depends on; undefined where it depends on more than can be told. */
export function moduleKey({ options, prefix }: ModuleContext): string | undefined {
  const { checks, march, memory, homes } = options
  if (memory.kind !== 'physical' || homes !== undefined) return undefined
  return JSON.stringify([Object.entries(checks).sort(), march, prefix])
}
