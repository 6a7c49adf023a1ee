/** Files and lines a run leaves behind: trace, capture, memory words, the summary. */

import type { Machine } from '../machine/machine.ts'
import type { Trace } from '../machine/traceLog.ts'
import { joinOperations, namedWords, perfettoTrace } from '../observe/index.ts'
import { SymbolIndex } from '../toolchain/elf/image.ts'
import { FileError, writeFile } from '../node/files.ts'
import { UsageError } from './exit.ts'
import { complain } from './talk.ts'
import type { Peek } from './values.ts'

const perfettoSuffix = '.pftrace'

/** A file to write, and how its content is made. */
export type Output = [path: string, content: () => FileContent | Promise<FileContent>]

type FileContent = Uint8Array | string

/** Write files. One that fails is told, and the others are written all the same. Returns whether all were written. */
export async function writeOutputs(outputs: readonly Output[]): Promise<boolean> {
  let isComplete = true
  for (const [path, content] of outputs) {
    try {
      writeFile(path, await content())
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      complain(error.message)
      isComplete = false
    }
  }
  return isComplete
}

/** The trace as a file: Perfetto's protobuf for a name that ends in .pftrace, otherwise JSON Lines. */
export function traceFile(name: string, trace: Trace, machine: Machine): Uint8Array | string {
  const joined = joinOperations(trace.records)
  if (name.endsWith(perfettoSuffix)) {
    const { clockHz } = machine
    return perfettoTrace(trace.records, joined, { clockHz, functionName: functionNames(machine) })
  }
  const lines = trace.records.map((record) => {
    const words = namedWords(record).map(({ name, value }) => [name, value])
    const { cycle, hart, layer, name, pc } = record
    const operations = joined.operationsOf(record)
    const line = { cycle, hart, layer, event: name, ...Object.fromEntries(words), pc, operations }
    return `${JSON.stringify(line)}\n`
  })
  return lines.join('')
}

/** Names of the loaded images' functions by address. */
function functionNames(machine: Machine): (address: number) => string | undefined {
  const index = new SymbolIndex(machine.images.flatMap(({ symbols }) => symbols))
  return (address) => index.describe(address)
}

/** Words of memory by address, as `--peek` asks for them. */
export function peekWords(machine: Machine, peeks: readonly Peek[]): Record<string, number[]> {
  return Object.fromEntries(
    peeks.map(({ place, words }) => {
      const address = /^0x/i.test(place) ? Number(place) : machine.symbol(place)
      if (address === undefined)
        throw new UsageError(`--peek: the program has no symbol "${place}"`)
      return [hexWord(address), machine.peek(address, words)]
    }),
  )
}

/** The words between the symbols `begin_signature` and `end_signature`, one per line in hexadecimal. */
export function signatureText(machine: Machine): string {
  const [begin, end] = ['begin_signature', 'end_signature'].map((name) => machine.symbol(name))
  if (begin === undefined || end === undefined || end < begin) {
    throw new UsageError('--signature: the program has no begin_signature and end_signature')
  }
  const words = machine.peek(begin, (end - begin) >> 2)
  return words.map((word) => `${word.toString(16).padStart(8, '0')}\n`).join('')
}

/** The line every run ends with. */
export function summary(machine: Machine, events: number): string {
  const { cycles, instructions } = machine
  return `cycles ${cycles}  instructions ${instructions}  events ${events}  state ${machine.stateHash()}`
}

export function hexWord(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}
