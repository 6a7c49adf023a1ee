/**
 * A debugger for the terminal, without the terminal: a line of command goes in, text comes out. It shows source lines, and coroutines with
 * who awaits whom.
 */
import { disassemble } from '../../toolchain/disasm/index.ts'
import { abiNames, registerNumber } from '../../toolchain/asm/registers.ts'
import type { Machine } from '../../machine/machine.ts'
import type { StopEvent } from '../gdb/target.ts'
import { pcRegister } from '../gdb/target.ts'
import { MachineTarget } from '../machineTarget.ts'
import { monitor } from '../monitor.ts'
import { backtrace, readWord } from './backtrace.ts'
import { coroutineTree } from './coroutineTree.ts'
import { hex, PlaceError, Places } from './places.ts'
import type { StepKind } from './stepper.ts'
import { Stepper } from './stepper.ts'

interface Command {
  names: string[]
  operand: string
  doc: string
  run: (operand: string) => string | Promise<string>
}

/** Lines `list` shows around the present one. */
const listedLines = 5

export class TerminalDebugger {
  readonly #machine: Machine
  readonly #target: MachineTarget
  readonly #places: Places
  readonly #stepper: Stepper
  readonly #breakpoints = new Map<number, number>()
  #count = 0
  #hart = 0
  #last = ''
  /** The user wants to leave. */
  closed = false

  /** `source` gives the lines of a file, where it is there. */
  constructor(machine: Machine, source?: (file: string) => readonly string[] | undefined) {
    this.#machine = machine
    this.#target = new MachineTarget(machine)
    this.#places = new Places(machine.images, source)
    this.#stepper = new Stepper(this.#target, this.#places)
  }

  readonly #commands: Command[] = [
    command(['help', 'h'], '', 'this list', () => this.#help()),
    command(['break', 'b'], 'PLACE', 'stop at a function, file:line or 0xaddress', (place) =>
      this.#break(place),
    ),
    command(['delete', 'd'], '[NUMBER]', 'remove a breakpoint, or all', (number) =>
      this.#delete(number),
    ),
    command(['continue', 'c'], '', 'go on to the next breakpoint', () =>
      this.#go(() => this.#target.resume()),
    ),
    command(['step', 's'], '', 'to the next source line, into calls', () => this.#step('into')),
    command(['next', 'n'], '', 'to the next source line, over calls', () => this.#step('over')),
    command(['finish', 'f'], '', 'out of the present function', () => this.#step('out')),
    command(['stepi', 'si'], '', 'one instruction', () => this.#step('instruction')),
    command(['where', 'w'], '', 'the present place', () => this.#where()),
    command(['backtrace', 'bt'], '', 'callers, and who awaits whom', () => this.#backtrace()),
    command(['list', 'l'], '', 'source lines around the present one', () => this.#list()),
    command(['print', 'p'], 'NAME [WORDS]', 'a register, a symbol or memory at 0xaddress', (name) =>
      this.#print(name),
    ),
    command(['registers', 'r'], '', 'all registers of the hart', () => this.#registers()),
    command(['disassemble', 'x'], '', 'the next instructions', () => this.#disassemble()),
    command(['coroutines', 'co'], '', 'live coroutines and what each awaits', () =>
      this.#coroutines(),
    ),
    command(['hart'], 'NUMBER', 'choose a hart', (number) => this.#selectHart(number)),
    command(['monitor'], 'NAME', 'cycles, counters, hash or console', (name) =>
      this.#monitor(name),
    ),
    command(['quit', 'q'], '', 'leave', () => ((this.closed = true), '')),
  ]

  /** Carries out a line; an empty one repeats the last. Returns what to show. */
  async execute(line: string): Promise<string> {
    const text = line.trim() === '' ? this.#last : line.trim()
    this.#last = text
    if (text === '') return ''
    const [name, operand = ''] = text.split(/\s+(.*)/s)
    const found = this.#commands.find(({ names }) => names.includes(name))
    if (found === undefined) return `unknown command '${name}'; help lists the commands`
    try {
      return await found.run(operand.trim())
    } catch (error) {
      if (error instanceof PlaceError) return error.message
      throw error
    }
  }

  /** Stops what is running. */
  interrupt(): void {
    this.#stepper.interrupt()
    this.#target.interrupt()
  }

  #pc(): number {
    return this.#target.register(this.#hart, pcRegister)
  }

  #help(): string {
    return this.#commands
      .map(({ names, operand, doc }) => `${`${names.join(', ')} ${operand}`.padEnd(28)}${doc}`)
      .join('\n')
  }

  #break(place: string): string {
    if (place === '') return this.#listBreakpoints()
    const address = this.#places.find(place, this.#places.lineOf(this.#pc())?.file)
    this.#target.setBreakpoint('hardware', address, 4)
    const number = ++this.#count
    this.#breakpoints.set(number, address)
    return `breakpoint ${number} at ${this.#places.describe(address)}`
  }

  #listBreakpoints(): string {
    if (this.#breakpoints.size === 0) return 'no breakpoints'
    return [...this.#breakpoints]
      .map(([number, address]) => `${number}  ${this.#places.describe(address)}`)
      .join('\n')
  }

  #delete(text: string): string {
    const numbers = text === '' ? [...this.#breakpoints.keys()] : [Number(text)]
    for (const number of numbers) {
      const address = this.#breakpoints.get(number)
      if (address === undefined) return `there is no breakpoint ${text}`
      this.#breakpoints.delete(number)
      if (![...this.#breakpoints.values()].includes(address)) {
        this.#target.clearBreakpoint('hardware', address, 4)
      }
    }
    return ''
  }

  #step(kind: StepKind): Promise<string> {
    const breakpoints = new Set(this.#breakpoints.values())
    return this.#go(() => this.#stepper.step(kind, this.#hart, breakpoints))
  }

  async #go(run: () => Promise<StopEvent>): Promise<string> {
    if (this.#machine.ended) return 'the guest has ended'
    const event = await run()
    this.#hart = event.hart
    const why = describeStop(event, [...this.#breakpoints], this.#pc())
    return event.reason === 'exit'
      ? why
      : [why, this.#where()].filter((text) => text !== '').join('\n')
  }

  #where(): string {
    const row = this.#places.lineOf(this.#pc())
    const text = row && this.#places.text(row)
    const place = this.#places.describe(this.#pc())
    return text === undefined ? place : `${place}\n${row?.line}  ${text}`
  }

  #backtrace(): string {
    const frames = backtrace(this.#target, this.#hart, this.#places)
    const calls = frames.map(({ pc }, index) => `#${index}  ${this.#places.describe(pc)}`)
    const tree = coroutineTree(this.#machine.coroutines())
    return [...calls, ...(tree === '' ? [] : ['suspended:', tree])].join('\n')
  }

  #list(): string {
    const row = this.#places.lineOf(this.#pc())
    if (row === undefined) return `no source is known for ${hex(this.#pc())}`
    const lines: string[] = []
    for (let line = Math.max(row.line - listedLines, 1); line <= row.line + listedLines; line++) {
      const text = this.#places.text({ ...row, line })
      if (text !== undefined) lines.push(`${line === row.line ? '>' : ' '}${line}  ${text}`)
    }
    return lines.length === 0 ? `${row.file} is not there to be read` : lines.join('\n')
  }

  #print(text: string): string {
    const [name, count = '1'] = text.split(/\s+/)
    const register = name === 'pc' ? pcRegister : registerNumber(name.replace(/^\$/, ''))
    if (register !== undefined) return number(this.#target.register(this.#hart, register))
    const address = /^0x[0-9a-f]+$/i.test(name) ? Number(name) : this.#places.symbol(name)
    if (address === undefined) return `there is no register or symbol ${name}`
    const words = Math.min(Math.max(Math.trunc(Number(count)) || 1, 1), 64)
    const lines: string[] = []
    for (let index = 0; index < words; index++) {
      const word = readWord(this.#target, address + index * 4)
      if (word === undefined) return `${hex(address + index * 4)} is not memory`
      lines.push(`${hex(address + index * 4)}: ${number(word)}`)
    }
    return lines.join('\n')
  }

  #registers(): string {
    const values = abiNames.map(
      (name, index) => `${name.padEnd(5)}${hex(this.#target.register(this.#hart, index))}`,
    )
    const rows: string[] = []
    for (let row = 0; row < values.length; row += 4)
      rows.push(values.slice(row, row + 4).join('  '))
    return [`pc   ${hex(this.#pc())}`, ...rows].join('\n')
  }

  #disassemble(): string {
    const lines: string[] = []
    for (let at = this.#pc(), count = 0; count < 8; count++) {
      const word = readWord(this.#target, at)
      if (word === undefined) break
      const { text, bytes } = disassemble(word, at)
      lines.push(`${hex(at)}  ${text}`)
      at += bytes
    }
    return lines.join('\n')
  }

  #coroutines(): string {
    const tree = coroutineTree(this.#machine.coroutines())
    return tree === '' ? 'no coroutine is suspended' : tree
  }

  #selectHart(text: string): string {
    const hart = Number(text)
    if (!Number.isInteger(hart) || hart < 0 || hart >= this.#target.harts) {
      return `harts are 0 to ${this.#target.harts - 1}`
    }
    this.#hart = hart
    return this.#where()
  }

  #monitor(name: string): string {
    return monitor(this.#machine, name)?.trimEnd() ?? `unknown: ${name}`
  }
}

function command(names: string[], operand: string, doc: string, run: Command['run']): Command {
  return { names, operand, doc, run }
}

function number(value: number): string {
  return `${hex(value)}  ${value | 0}`
}

function describeStop(event: StopEvent, breakpoints: [number, number][], pc: number): string {
  switch (event.reason) {
    case 'exit':
      return `the guest has ended with code ${event.code ?? 0}`
    case 'fault':
      return `the guest faulted (mcause ${event.code ?? 0})`
    case 'idle':
      return 'all harts sleep and nothing is left to wake them'
    case 'interrupt':
      return 'interrupted'
    case 'breakpoint': {
      const found = breakpoints.find(([, address]) => address === pc)
      return found === undefined ? 'breakpoint' : `breakpoint ${found[0]}`
    }
    default:
      return ''
  }
}
