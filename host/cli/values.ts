/** Reads the values of command-line options. What cannot be read is a UsageError that says how to write it. */

import { InvalidArgumentError } from 'commander'
import { parseMarch } from '../toolchain/backend/march.ts'
import type { Checks } from '../toolchain/backend/options.ts'
import type { LinkOptions } from '../net/link.ts'
import { parseLink } from '../net/link.ts'
import type { ClientOptions } from '../net/clients.ts'
import { parseClients } from './clients.ts'
import type { Forwarding } from '../node/forward.ts'
import { parseForwarding } from '../node/forward.ts'
import type { Parameters } from '../machine/parameters.ts'
import { parameterEntries, parseParameters } from '../machine/parameters.ts'
import { parseTime } from '../machine/time.ts'
import type { Until } from '../machine/goal.ts'

/** Words of memory to print: an address or a symbol, and how many. */
export interface Peek {
  place: string
  words: number
}

/** A reader for commander that turns what a library function throws into a usage error. */
function reader<T>(read: (text: string, previous: T | undefined) => T) {
  return (text: string, previous: T | undefined): T => {
    try {
      return read(text, previous)
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
    }
  }
}

/** An integer from `least` to `most`. */
export const integer = (least: number, most: number) =>
  reader<number>((text) => {
    const value = /^(?:\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : NaN
    if (value >= least && value <= most) return value
    throw new RangeError(`expected an integer from ${least} to ${most}`)
  })

/** Where a run ends: a time, `idle`, or `text:TEXT`. */
export const until = reader<Until>((text) => {
  if (text === 'idle') return text
  if (text.startsWith('text:') && text.length > 5) return { text: text.slice(5) }
  try {
    parseTime(text, 1)
    return text
  } catch {
    throw new RangeError('write a time with a unit (10ms, 5000cy), idle, or text:TEXT')
  }
})

/** An emulated time. */
export const time = reader<string>((text) => {
  parseTime(text, 1)
  return text
})

export const link = reader<LinkOptions>((text, previous) => ({ ...previous, ...parseLink(text) }))

export const forwardings = reader<Forwarding[]>((text, previous = []) => [
  ...previous,
  parseForwarding(text),
])

export const clients = reader<ClientOptions>((text) => parseClients(text))

export const parameters = reader<Parameters>((text, previous = {}) => {
  const all = { ...previous, ...parseParameters(text) }
  parameterEntries(all)
  return all
})

export const peeks = reader<Peek[]>((text, previous = []) => {
  const match = /^(0x[0-9a-f]{1,8}|[A-Za-z_]\w*):(\d{1,7})$/i.exec(text)
  if (match === null || match[2] === '0') {
    throw new RangeError(
      'write ADDRESS:WORDS, such as 0x80000000:4 or a symbol in place of the address',
    )
  }
  return [...previous, { place: match[1], words: Number(match[2]) }]
})

/** Names of files, one per option. */
export const files = reader<string[]>((text, previous = []) => [...previous, text])

/** An instruction set, as compilers name it. */
export const march = reader<string>((text) => {
  parseMarch(text)
  return text
})

const checkNames = ['division', 'bounds', 'null', 'stack'] as const

/** What compiled code checks: names with commas between them, or `none`. */
export const checks = reader<Partial<Checks>>((text) => {
  const names = text === 'none' ? [] : text.split(',')
  const unknown = names.find((name) => !(checkNames as readonly string[]).includes(name))
  if (unknown !== undefined) {
    throw new RangeError(`expected some of ${checkNames.join(', ')}, or none, not "${unknown}"`)
  }
  return Object.fromEntries(checkNames.map((name) => [name, names.includes(name)]))
})
