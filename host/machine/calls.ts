/** Calls of the host into the guest: `spawn` posts a message, the guest's reply settles its promise. */

import type { SpawnFunction, SpawnType } from '../toolchain/frontend/exports.ts'
import type { CoreExports } from './core.ts'
import { Memory } from './memory.ts'

/** NTSTATUS of a function that threw, and of one that was cancelled. */
const STATUS_UNSUCCESSFUL = 0xc000_0001
const STATUS_CANCELLED = 0xc000_0120

/** A value that goes through the mailbox. 64-bit integers are bigint, `bool` is boolean, the rest are numbers. */
export type CallValue = number | bigint | boolean | undefined

/** The guest answered a call with a status that is no success, or the machine ended before it answered. */
export class CallError extends Error {
  override readonly name = 'CallError'
}

interface Pending {
  spawn: SpawnFunction
  resolve: (value: CallValue) => void
  reject: (error: CallError) => void
}

/** A message to post. */
export interface Message {
  id: number
  index: number
  words: number[]
}

export class Calls {
  #spawns: SpawnFunction[] = []
  readonly #pending = new Map<number, Pending>()
  #lastId = 0

  /** Functions of the loaded program that the host can call. */
  set spawns(spawns: SpawnFunction[]) {
    this.#spawns = spawns
  }

  get spawns(): SpawnFunction[] {
    return this.#spawns
  }

  /** The message for a call, and the promise of its result. Throws a RangeError for a wrong name or argument. */
  begin(name: string, values: CallValue[]): { message: Message; result: Promise<CallValue> } {
    const index = this.#spawns.findIndex((spawn) => spawn.name === name)
    if (index < 0) {
      const known = this.#spawns.map((spawn) => spawn.name).join(', ') || 'none'
      throw new RangeError(`the program exports no async function "${name}" (it has: ${known})`)
    }
    const spawn = this.#spawns[index]
    if (values.length !== spawn.parameters.length) {
      throw new RangeError(
        `${name} takes ${spawn.parameters.length} arguments, ${values.length} given`,
      )
    }
    const words = values.flatMap((value, i) => argumentWords(spawn.parameters[i], value))
    const id = ++this.#lastId
    const result = new Promise<CallValue>((resolve, reject) =>
      this.#pending.set(id, { spawn, resolve, reject }),
    )
    return { message: { id, index, words }, result }
  }

  /** The guest has answered. */
  replied(core: CoreExports): void {
    const id = core.mailboxReplyId() >>> 0
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    this.#pending.delete(id)
    const status = core.mailboxReplyStatus() >>> 0
    if (status === 0) {
      const low = core.mailboxReplyLow()
      pending.resolve(resultValue(pending.spawn.result, low, core.mailboxReplyHigh()))
    } else {
      pending.reject(new CallError(`${pending.spawn.name} ${this.#ending(status, core)}`))
    }
  }

  /** How a function ended that has no result. The text of an error is in memory: its address and length are the reply's words. */
  #ending(status: number, core: CoreExports): string {
    if (status === STATUS_CANCELLED) return 'was cancelled'
    const bytes = core.mailboxReplyHigh()
    if (status !== STATUS_UNSUCCESSFUL || bytes === 0) {
      return `ended with status 0x${status.toString(16).padStart(8, '0')}`
    }
    const text = new Memory(core).bytes(core.mailboxReplyLow() >>> 0, bytes)
    return `failed: ${new TextDecoder().decode(text)}`
  }

  /** The machine has ended; nobody is going to answer. */
  abandon(reason: string): void {
    for (const { spawn, reject } of this.#pending.values()) {
      reject(new CallError(`${spawn.name} was not answered: ${reason}`))
    }
    this.#pending.clear()
  }
}

function argumentWords(type: SpawnType, value: CallValue): number[] {
  if (type === 'i64' || type === 'u64') {
    const bits = BigInt.asUintN(64, BigInt(value ?? 0))
    return [Number(bits & 0xffffffffn), Number(bits >> 32n)]
  }
  const word = Number(value)
  if (!Number.isInteger(word))
    throw new RangeError(`${String(value)} is not a value of type ${type}`)
  return [word >>> 0]
}

function resultValue(type: SpawnType, low: number, high: number): CallValue {
  const bits = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
  switch (type) {
    case 'void':
      return undefined
    case 'bool':
      return low !== 0
    case 'i64':
      return BigInt.asIntN(64, bits)
    case 'u64':
      return bits
    case 'u8':
    case 'u16':
    case 'u32':
    case 'usize':
      return low >>> 0
    default:
      return low | 0
  }
}
