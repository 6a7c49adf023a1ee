/**
 * Parameters of a run: named numbers that the guest asks for through the mailbox. The mailbox knows a name by its 32-bit FNV-1a hash
 * (Fowler, Noll, Vo).
 */

import { mailboxTable } from '../../assembly/machine/devices/mailbox/registers.table.ts'

const capacity = mailboxTable.constants?.find(({ name }) => name === 'PARAMETERS')?.value ?? 0
const offsetBasis = 0x811c9dc5
const prime = 0x01000193

/** Parameters by name; values are 32-bit words. */
export type Parameters = Record<string, number>

/** FNV-1a of the UTF-8 bytes of `name`. */
export function parameterHash(name: string): number {
  let hash = offsetBasis
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, prime)
  return hash >>> 0
}

/** Hashes and values in the order given. Throws a RangeError for what the mailbox cannot hold. */
export function parameterEntries(parameters: Parameters): { hash: number; value: number }[] {
  const entries = Object.entries(parameters).map(([name, value]) => {
    if (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 32) {
      throw new RangeError(`parameter ${name} is ${value}, not an integer of 32 bits`)
    }
    return { hash: parameterHash(name), value: value >>> 0 }
  })
  if (entries.length > capacity) {
    throw new RangeError(`${entries.length} parameters given, the mailbox holds ${capacity}`)
  }
  return entries
}

const written = /^([\w-]+)=(-?(?:\d+|0x[0-9a-f]+))$/i

/** Parameters written as `name=number`, apart by spaces or commas. Throws a RangeError for what cannot be read. */
export function parseParameters(text: string): Parameters {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  const parameters = Object.fromEntries(parts.map(parseParameter))
  parameterEntries(parameters)
  return parameters
}

function parseParameter(text: string): [string, number] {
  const [, name, number] = written.exec(text) ?? []
  if (name === undefined) throw new RangeError(`${text}: write NAME=NUMBER, such as workers=2`)
  return [name, Number(number)]
}
