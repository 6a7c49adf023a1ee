/**
 * What became of an async function: its states, what each keeps in the frame, and the instructions it runs. A state is the part
 * of a function between two suspensions; its code is what can be reached from its resume address before the function returns to
 * whoever resumed it. States share code where their ways join.
 */
import { readCoroutines } from './coroutineSection.ts'
import type { CoroutineTable } from './backend/link/coroutines.ts'
import { disassemble } from './disasm/index.ts'
import type { Image, ImageSymbol, Segment } from './elf/image.ts'
import { lineAt, segmentFlags, SymbolIndex } from './elf/image.ts'
import { suspendingFunction } from './liveVariables.ts'

/** One instruction. */
export interface ExplainedInstruction {
  address: number
  word: number
  text: string
  /** Where the instruction comes from; absent where the compiler made it up. */
  file?: string
  line?: number
}

/** A value that the frame keeps while the function waits. */
export interface ExplainedVariable {
  /** Name in the source, or `+offset` of a value without one. */
  name: string
  /** Place in the frame, bytes. */
  offset: number
  bytes: number
}

/** The part of a function that runs without suspension. State 0 begins with the call, the others behind an await. */
export interface ExplainedState {
  number: number
  /** Line of the await, or of the function for state 0. */
  line: number
  /** Text of that line, '' when the source is not at hand. */
  source: string
  /** Where the state begins: word 0 of a frame that waits here. */
  address: number
  /** What the frame keeps for this state. */
  live: ExplainedVariable[]
  /** Variables of the source that are read in this state or a later one; none for state 0 and where the source is not at hand. */
  reads: readonly string[]
  /** States in which the function may be suspended next; none means that it runs to its end. */
  next: number[]
  code: ExplainedInstruction[]
}

/** An async function as machine code. */
export interface ExplainedFunction {
  name: string
  /** Whether it is a generator; false where the source is not at hand. */
  isGenerator: boolean
  file: string
  line: number
  address: number
  /** Size of the code. */
  bytes: number
  /** Size of the frame, with the header of 32 bytes that every task has. */
  frameBytes: number
  /** Words for values behind the header. */
  slots: number
  states: ExplainedState[]
}

/** Bytes of a task without kept values (docs/design.md §5). */
const headerBytes = 32
const wordBytes = 4
const jumpBytes = 4
const libraryPrefix = '~'

type SourceLines = (file: string) => readonly string[] | undefined

/** The async functions of a program, the library's left out unless `library` is true. */
export function explain(
  image: Image,
  options: { source?: SourceLines; library?: boolean } = {},
): ExplainedFunction[] {
  const code = new Code(image)
  return readCoroutines(image)
    .filter(({ name }) => options.library === true || !name.startsWith(libraryPrefix))
    .map((table) => explainFunction(image, table, code, options.source ?? (() => undefined)))
}

/** Name of a function within its file, as backtraces have it: `main`, `Server.serve`, `main (inner)`. Type arguments may hold paths too. */
export function shortName(symbol: string): string {
  const plain = symbol.split('<', 1)[0]
  return symbol
    .slice(plain.lastIndexOf('/') + 1)
    .replace(/[~#]?anonymous\|\d+/g, ' (inner)')
    .replace(/[#~]/g, '.')
}

function explainFunction(
  image: Image,
  table: CoroutineTable,
  code: Code,
  source: SourceLines,
): ExplainedFunction {
  const place = lineAt(image, table.address)
  const [file, line] = [place?.file ?? '', place?.line ?? 0]
  const textOf = (row: number): string => source(file)?.[row - 1]?.trim() ?? ''
  const text = source(file)?.join('\n')
  const written = text === undefined ? undefined : suspendingFunction(text, line)
  const begins = [{ line, address: table.address, slots: [] }, ...table.states]
  const states = begins.map(({ line: row, address, slots }, number): ExplainedState => {
    const instructions = code.reachable(address)
    return {
      number,
      line: row,
      source: textOf(row),
      address,
      live: slots.map(({ name, offset, bytes }) => ({ name, offset, bytes })),
      reads: number === 0 ? [] : (written?.reads.get(row) ?? []),
      next: suspensions(instructions, table),
      code: instructions.map(({ address: at, word, text }) => ({
        address: at,
        word,
        text,
        ...placeOf(image, at),
      })),
    }
  })
  return {
    name: shortName(table.name),
    isGenerator: written?.isGenerator ?? false,
    file,
    line,
    address: table.address,
    bytes: code.symbolAt(table.address)?.size ?? 0,
    frameBytes: table.frameBytes,
    slots: (table.frameBytes - headerBytes) / wordBytes,
    states,
  }
}

function placeOf(image: Image, address: number): { file?: string; line?: number } {
  const row = lineAt(image, address)
  return row === undefined ? {} : { file: row.file, line: row.line }
}

interface Step {
  address: number
  word: number
  text: string
}

const addressInCode = /^(?:lui|auipc) (\w+), 0x([0-9a-f]+)$/
const addressLow = /^addi (\w+), (\w+), (-?\d+)$/
const resumeWordStored = /^sw (\w+), 0\(\w+\)$/
/** Jumps to the code that leaves, with the resume address, which is the next one, in t1. */
const leavingJump = /^jal t1, /

/** Numbers of the states whose resume address the instructions leave in word 0 of the frame, ascending. */
function suspensions(steps: readonly Step[], { states }: CoroutineTable): number[] {
  const registers = new Map<string, number>()
  const found = new Set<number>()
  for (const { address, text } of steps) {
    const upper = addressInCode.exec(text)
    if (upper) {
      const base = text.startsWith('auipc') ? address : 0
      registers.set(upper[1], (base + (parseInt(upper[2], 16) << 12)) >>> 0)
      continue
    }
    const low = addressLow.exec(text)
    if (low) {
      registers.set(low[1], ((registers.get(low[2]) ?? NaN) + Number(low[3])) >>> 0)
      continue
    }
    const stored = resumeWordStored.exec(text)
    const made = stored ? registers.get(stored[1]) : undefined
    const value = leavingJump.test(text) ? address + jumpBytes : made
    const index = states.findIndex((state) => state.address === value)
    if (index >= 0) found.add(index + 1)
  }
  return [...found].sort((a, b) => a - b)
}

/** The instructions of an image by address. */
class Code {
  readonly #segments: Segment[]
  readonly #symbols: SymbolIndex

  constructor(image: Image) {
    this.#segments = image.segments.filter(({ flags }) => (flags & segmentFlags.execute) !== 0)
    this.#symbols = new SymbolIndex(image.symbols)
  }

  symbolAt(address: number): ImageSymbol | undefined {
    return this.#symbols.find(address)?.symbol
  }

  /** What may run from an address on until the function returns, by address. */
  reachable(from: number): Step[] {
    const symbol = this.symbolAt(from)
    const end = (symbol?.address ?? from) + (symbol?.size ?? 0)
    const inside = (address: number): boolean =>
      address >= (symbol?.address ?? from) && address < end
    const steps = new Map<number, Step>()
    const open = [from]
    for (let address = open.pop(); address !== undefined; address = open.pop()) {
      if (!inside(address) || steps.has(address)) continue
      const word = this.#wordAt(address)
      if (word === undefined) continue
      const { text, bytes, target } = disassemble(word, address, { symbols: this.#symbols })
      steps.set(address, { address, word: bytes === 2 ? word & 0xffff : word, text })
      if (target !== undefined && inside(target) && !isCall(text)) open.push(target)
      if (!leaves(text)) open.push(address + bytes)
    }
    return [...steps.values()].sort((a, b) => a.address - b.address)
  }

  #wordAt(address: number): number | undefined {
    const segment = this.#segments.find(
      (part) => address >= part.address && address + 2 <= part.address + part.bytes.length,
    )
    if (segment === undefined) return undefined
    const { bytes } = segment
    const at = address - segment.address
    return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0
  }
}

/** Whether an instruction calls, maybe the function itself: what is called is not part of the state. */
function isCall(text: string): boolean {
  return /^(?:c\.)?jalr? (?!t1,)/.test(text)
}

/** Whether nothing runs behind the instruction: a return, a jump, or the end of the program. */
function leaves(text: string): boolean {
  return /^(?:ret|j|jr|c\.j|c\.jr|ebreak|jal t1,)(?!\w)/.test(text)
}
