/**
 * A debugger for the terminal, without the terminal: a line of command goes in, text comes out. It shows source lines and variables, goes
 * forwards and backwards, and knows coroutines with who awaits whom.
 */
import { registerNumber } from '../../toolchain/asm/registers.ts'
import type { Machine } from '../../machine/machine.ts'
import type { BreakpointKind, StopEvent } from '../gdb/target.ts'
import { pcRegister } from '../gdb/target.ts'
import { MachineTarget } from '../machineTarget.ts'
import { isMonitorCommand, monitor } from '../monitor.ts'
import { describe } from '../source/coroutineTree.ts'
import type { StackFrame } from '../source/frames.ts'
import { backtrace } from '../source/frames.ts'
import { PlaceError } from '../source/places.ts'
import { bytesOf } from '../source/values.ts'
import { SourceView } from '../source/view.ts'
import { BackStepper } from './backStepper.ts'
import { bothBases, describeStop, showInstructions, showRegisters, showWords } from './show.ts'
import type { StepKind } from './stepper.ts'
import { Stepper } from './stepper.ts'
import { StopList } from './stops.ts'

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
  readonly #view: SourceView
  readonly #stepper: Stepper
  readonly #backStepper: BackStepper
  readonly #stops: StopList
  #hart = 0
  /** Which function of the stack is looked at, from the innermost. */
  #level = 0
  #last = ''
  /** The user wants to leave. */
  closed = false

  /** `source` gives the lines of a file, where it is there. */
  constructor(machine: Machine, source?: (file: string) => readonly string[] | undefined) {
    this.#machine = machine
    this.#target = new MachineTarget(machine)
    const read = (address: number, count: number) => this.#target.readMemory(address, count)
    this.#view = new SourceView(machine, read, source)
    const isSuspended = (frame: number): boolean =>
      machine.coroutines().some((coroutine) => coroutine.frame === frame)
    this.#stepper = new Stepper(this.#target, this.#view.places, isSuspended)
    this.#backStepper = new BackStepper(this.#target, this.#view.places, (address) =>
      this.#view.isResumePoint(address),
    )
    this.#stops = new StopList(this.#target)
  }

  readonly #commands: Command[] = [
    command(['help', 'h'], '', 'this list', () => this.#help()),
    command(['break', 'b'], 'PLACE', 'stop at a function, file:line or 0xaddress', (place) =>
      this.#break(place),
    ),
    command(['watch'], 'NAME', 'stop when a variable is written', (name) =>
      this.#watch('write', name),
    ),
    command(['rwatch'], 'NAME', 'stop when a variable is read', (name) =>
      this.#watch('read', name),
    ),
    command(['awatch'], 'NAME', 'stop at any access to a variable', (name) =>
      this.#watch('access', name),
    ),
    command(['delete', 'd'], '[NUMBER]', 'remove a breakpoint or watchpoint, or all', (number) =>
      this.#delete(number),
    ),
    command(['continue', 'c'], '', 'go on to the next stop', () =>
      this.#go(() => this.#target.resume()),
    ),
    command(['step', 's'], '', 'to the next source line, into calls', () => this.#step('into')),
    command(['next', 'n'], '', 'to the next source line, over calls', () => this.#step('over')),
    command(['finish', 'f'], '', 'out of the present function', () => this.#step('out')),
    command(['stepi', 'si'], '', 'one instruction', () => this.#step('instruction')),
    command(['back', 'bk'], '', 'to the source line before, over calls', () =>
      this.#goBack(() => this.#backStepper.line(this.#hart)),
    ),
    command(['backi', 'bi'], '', 'one instruction back', () =>
      this.#goBack(() => this.#target.stepBack(this.#hart)),
    ),
    command(['rcontinue', 'rc'], '', 'go back to the stop before', () =>
      this.#goBack(() => this.#target.resumeBack()),
    ),
    command(['where', 'w'], '', 'the present place', () => this.#where()),
    command(['backtrace', 'bt'], '', 'callers, and who awaits whom', () => this.#backtrace()),
    command(['frame', 'fr'], 'NUMBER', 'look at a function of the backtrace', (number) =>
      this.#selectFrame(Number(number)),
    ),
    command(['up'], '', 'look at the caller', () => this.#selectFrame(this.#level + 1)),
    command(['down'], '', 'look at what is called', () => this.#selectFrame(this.#level - 1)),
    command(['list', 'l'], '', 'source lines around the present one', () => this.#list()),
    command(['print', 'p'], 'NAME [WORDS]', 'a variable, register, symbol or 0xaddress', (name) =>
      this.#print(name),
    ),
    command(['locals', 'lo'], '', 'parameters and locals', () => this.#locals()),
    command(['registers', 'r'], '', 'all registers of the hart', () =>
      showRegisters(this.#pc(), this.#frame().registers),
    ),
    command(['disassemble', 'x'], '', 'the next instructions', () =>
      showInstructions(this.#target, this.#frame().pc),
    ),
    command(['coroutines', 'co'], '', 'suspended coroutines and what each awaits', () =>
      this.#coroutines(),
    ),
    command(['hart'], 'NUMBER', 'choose a hart', (number) => this.#selectHart(number)),
    command(['monitor'], 'NAME', 'threads, ports, dpcs, …; monitor help lists them', (name) =>
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
    if (found === undefined && isMonitorCommand(name)) return this.#monitor(name)
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

  #frames(): StackFrame[] {
    return backtrace(this.#target, this.#hart, this.#view.places)
  }

  /** The function that is looked at. */
  #frame(): StackFrame {
    const frames = this.#frames()
    return frames[Math.min(this.#level, frames.length - 1)]
  }

  #help(): string {
    return this.#commands
      .map(({ names, operand, doc }) => `${`${names.join(', ')} ${operand}`.padEnd(28)}${doc}`)
      .join('\n')
  }

  // Stops.

  #break(place: string): string {
    if (place === '') return this.#stops.list()
    const { places } = this.#view
    const address = places.find(place, places.fileAt(this.#pc()))
    const text = places.describe(address)
    const number = this.#stops.add({ kind: 'hardware', address, bytes: 4, text })
    return number === undefined ? 'too many breakpoints' : `breakpoint ${number} at ${text}`
  }

  #watch(kind: BreakpointKind, text: string): string {
    const place = this.#view.variables.find(text, this.#frame())
    if (place === undefined) return `there is no variable ${text}`
    const show = (): string => this.#view.values.show(place)
    const bytes = bytesOf(place.type)
    const number = this.#stops.add({ kind, address: place.address, bytes, text, show })
    return number === undefined
      ? 'too many watchpoints'
      : `watchpoint ${number}: ${text} is ${show()}`
  }

  #delete(text: string): string {
    const numbers = text === '' ? this.#stops.numbers : [Number(text)]
    const missing = numbers.find((number) => !this.#stops.remove(number))
    return missing === undefined ? '' : `there is no breakpoint ${text}`
  }

  // Going.

  #step(kind: StepKind): Promise<string> {
    return this.#go(() => this.#stepper.step(kind, this.#hart, this.#stops.breakpoints))
  }

  async #go(run: () => Promise<StopEvent>): Promise<string> {
    if (this.#machine.ended) return 'the guest has ended'
    return this.#arrive(await run())
  }

  async #goBack(run: () => Promise<StopEvent>): Promise<string> {
    return this.#arrive(await run())
  }

  #arrive(event: StopEvent): string {
    this.#hart = event.hart
    this.#level = 0
    const why = this.#stops.describe(event, this.#pc()) ?? describeStop(event)
    if (event.reason === 'exit') return why
    return [why, this.#where()].filter((text) => text !== '').join('\n')
  }

  // Looking.

  #where(): string {
    const { pc } = this.#frame()
    const { places } = this.#view
    const row = places.lineOf(this.#level === 0 ? pc : pc - 1)
    const text = row && places.text(row)
    const place = places.describe(pc, this.#level > 0)
    return text === undefined ? place : `${place}\n${row?.line}  ${text}`
  }

  #backtrace(): string {
    const lines = this.#frames().flatMap((frame, index) => {
      const awaiters = this.#view.awaiters(frame).map((item) => `    awaited by ${describe(item)}`)
      return [`#${index}  ${this.#view.places.describe(frame.pc, index > 0)}`, ...awaiters]
    })
    const tree = this.#view.coroutines()
    return [...lines, ...(tree === '' ? [] : ['suspended:', tree])].join('\n')
  }

  #selectFrame(level: number): string {
    const { length } = this.#frames()
    if (!Number.isInteger(level) || level < 0 || level >= length) {
      return `frames are 0 to ${length - 1}`
    }
    this.#level = level
    return this.#where()
  }

  #list(): string {
    const { places } = this.#view
    const { pc } = this.#frame()
    const row = places.lineOf(this.#level === 0 ? pc : pc - 1)
    if (row === undefined) return 'no source is known for this place'
    const lines: string[] = []
    for (let line = Math.max(row.line - listedLines, 1); line <= row.line + listedLines; line++) {
      const text = places.text({ ...row, line })
      if (text !== undefined) lines.push(`${line === row.line ? '>' : ' '}${line}  ${text}`)
    }
    return lines.length === 0 ? `${row.file} is not there to be read` : lines.join('\n')
  }

  #print(text: string): string {
    const [name, count = '1'] = text.split(/\s+/)
    const frame = this.#frame()
    const variable = this.#view.variables.find(name, frame)
    if (variable !== undefined) return this.#view.values.show(variable)
    if (name === 'pc' || name === '$pc') return bothBases(frame.pc)
    const register = registerNumber(name.replace(/^\$/, ''))
    if (register !== undefined) return bothBases(frame.registers[register])
    const address = /^0x[0-9a-f]+$/i.test(name) ? Number(name) : this.#view.places.symbol(name)
    if (address === undefined) return `there is no variable, register or symbol ${name}`
    return showWords(this.#target, address, Number(count))
  }

  #locals(): string {
    const lines = this.#view.locals(this.#frame())
    return lines.length === 0 ? 'no locals are known here' : lines.join('\n')
  }

  #coroutines(): string {
    return this.#view.coroutines() || 'no coroutine is suspended'
  }

  #selectHart(text: string): string {
    const hart = Number(text)
    if (!Number.isInteger(hart) || hart < 0 || hart >= this.#target.harts) {
      return `harts are 0 to ${this.#target.harts - 1}`
    }
    this.#hart = hart
    this.#level = 0
    return this.#where()
  }

  #monitor(name: string): string {
    return monitor(this.#machine, name)?.trimEnd() ?? `unknown: ${name}`
  }
}

function command(names: string[], operand: string, doc: string, run: Command['run']): Command {
  return { names, operand, doc, run }
}
