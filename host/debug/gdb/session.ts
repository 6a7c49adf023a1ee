/**
 * What the packets of a GDB session do: GDB manual, "Packets" and "General Query Packets". All-stop mode; a hart is a thread, numbered
 * from 1. Left out: tracepoints, file transfer, non-stop mode.
 */
import { csrOfRegister, targetDescription } from './description.ts'
import { answerFile } from './files.ts'
import { fromHex, hexToWord, largestPacket, toHex, wordToHex } from './packet.ts'
import { stopReply } from './stops.ts'
import type { BreakpointKind, DebugTarget, StopEvent } from './target.ts'
import { pcRegister } from './target.ts'

const ok = 'OK'
/** The answer to a packet that is not supported. */
const unsupported = ''
/** An error number as GDB prints it; the protocol gives the numbers no meaning. */
const failed = 'E01'
/** `g` carries these registers: x0 to x31 and the pc. */
const generalRegisters = pcRegister + 1

const breakpointKinds: BreakpointKind[] = ['software', 'hardware', 'write', 'read', 'access']

type Reply = string | undefined | Promise<string | undefined>

export class Session {
  readonly #target: DebugTarget
  /** Sends a packet that is no answer, such as console text. */
  readonly #announce: (data: string) => void
  readonly #description = targetDescription()
  #last: StopEvent = { reason: 'step', hart: 0 }
  /** Hart that register packets mean. */
  #selected = 0
  /** Hart that `s` steps. */
  #stepped = 0
  closed = false

  constructor(target: DebugTarget, announce: (data: string) => void) {
    this.#target = target
    this.#announce = announce
  }

  /** The answer to a packet; undefined when there is none. */
  async handle(packet: string): Promise<string | undefined> {
    const commands: Record<string, (rest: string) => Reply> = {
      '?': () => stopReply(this.#last),
      g: () => this.#readAll(),
      G: (rest) => this.#writeAll(rest),
      p: (rest) => this.#readOne(rest),
      P: (rest) => this.#writeOne(rest),
      m: (rest) => this.#readMemory(rest),
      M: (rest) => this.#writeMemory(rest, fromHex),
      X: (rest) => this.#writeMemory(rest, fromBinary),
      Z: (rest) => this.#breakpoint(rest, true),
      z: (rest) => this.#breakpoint(rest, false),
      c: (rest) => this.#continueFrom(rest, () => this.#target.resume()),
      s: (rest) => this.#continueFrom(rest, () => this.#target.step(this.#stepped)),
      C: () => this.#go(() => this.#target.resume()),
      S: () => this.#go(() => this.#target.step(this.#stepped)),
      b: (rest) => this.#backwards(rest),
      v: (rest) => this.#verbose(rest),
      H: (rest) => this.#select(rest),
      T: (rest) => (this.#hartOf(rest) === undefined ? failed : ok),
      q: (rest) => this.#query(rest),
      D: () => this.#close(ok),
      k: () => this.#close(undefined),
    }
    const command = commands[packet[0]]
    return command === undefined ? unsupported : command(packet.slice(1))
  }

  #close(reply: string | undefined): string | undefined {
    this.closed = true
    return reply
  }

  // Registers.

  #readAll(): string {
    const words = Array.from({ length: generalRegisters }, (_, index) =>
      wordToHex(this.#target.register(this.#selected, index)),
    )
    return words.join('')
  }

  #writeAll(digits: string): string {
    const values = digits.match(/.{8}/g)?.map(hexToWord) ?? []
    if (values.length < generalRegisters || values.includes(undefined)) return failed
    const done = values
      .slice(0, generalRegisters)
      .map((value, index) => this.#target.setRegister(this.#selected, index, value ?? 0))
    return done.includes(false) ? failed : ok
  }

  #readOne(digits: string): string {
    const number = parseHex(digits)
    if (number === undefined) return failed
    if (number < generalRegisters) return wordToHex(this.#target.register(this.#selected, number))
    const csr = csrOfRegister(number)
    const value = csr === undefined ? undefined : this.#target.csr(this.#selected, csr)
    return value === undefined ? 'xxxxxxxx' : wordToHex(value)
  }

  #writeOne(text: string): string {
    const [register, digits] = text.split('=')
    const number = parseHex(register)
    const value = hexToWord(digits ?? '')
    if (number === undefined || value === undefined || number >= generalRegisters) return failed
    return this.#target.setRegister(this.#selected, number, value) ? ok : failed
  }

  // Memory.

  #readMemory(text: string): string {
    const [address, count] = text.split(',').map(parseHex)
    if (address === undefined || count === undefined) return failed
    const bytes = this.#target.readMemory(address, Math.min(count, largestPacket / 2))
    return bytes.length === 0 && count > 0 ? failed : toHex(bytes)
  }

  #writeMemory(text: string, decode: (data: string) => Uint8Array | undefined): string {
    const colon = text.indexOf(':')
    const [address, count] = text.slice(0, Math.max(colon, 0)).split(',').map(parseHex)
    const bytes = decode(text.slice(colon + 1))
    if (address === undefined || bytes === undefined || bytes.length !== count) return failed
    return count === 0 || this.#target.writeMemory(address, bytes) ? ok : failed
  }

  // Stops.

  #breakpoint(text: string, set: boolean): string {
    const [type, ...rest] = text.split(/[,;]/)
    const kind = breakpointKinds[Number(type)]
    const [address, bytes] = rest.map(parseHex)
    if (kind === undefined) return unsupported
    if (address === undefined || bytes === undefined) return failed
    const done = set
      ? this.#target.setBreakpoint(kind, address, bytes)
      : this.#target.clearBreakpoint(kind, address, bytes)
    return done ? ok : failed
  }

  async #go(run: () => Promise<StopEvent>): Promise<string> {
    this.#last = await run()
    this.#selected = this.#last.hart
    if (this.#last.reason === 'idle') {
      this.#print('All harts sleep and nothing is left to wake them.\n')
    }
    return stopReply(this.#last)
  }

  /** `c` and `s` may say where to go on. */
  #continueFrom(text: string, run: () => Promise<StopEvent>): Reply {
    const address = text === '' ? undefined : parseHex(text)
    if (text !== '' && address === undefined) return failed
    if (address !== undefined && !this.#target.setRegister(this.#stepped, pcRegister, address)) {
      return failed
    }
    return this.#go(run)
  }

  #backwards(what: string): Reply {
    if (!this.#target.reversible) return unsupported
    if (what === 's') return this.#go(() => this.#target.stepBack(this.#stepped))
    return what === 'c' ? this.#go(() => this.#target.resumeBack()) : unsupported
  }

  #verbose(text: string): Reply {
    if (text === 'Cont?') return 'vCont;c;C;s;S'
    if (text.startsWith('Kill')) return this.#close(ok)
    if (text.startsWith('File:')) return answerFile(this.#target.executable, text.slice(5))
    if (!text.startsWith('Cont;')) return unsupported
    const actions = text.split(';').slice(1)
    const step = actions.find((action) => /^s/i.test(action))
    if (step === undefined) {
      return actions.some((action) => /^c/i.test(action))
        ? this.#go(() => this.#target.resume())
        : failed
    }
    const hart = this.#hartOf(step.split(':')[1] ?? '0')
    return hart === undefined ? failed : this.#go(() => this.#target.step(hart))
  }

  // Threads.

  /** The hart of a thread number; 0 and -1 mean any, for which the selected one is taken. */
  #hartOf(digits: string): number | undefined {
    const thread = parseHex(digits)
    if (thread === 0 || digits === '-1') return this.#selected
    return thread !== undefined && thread <= this.#target.harts ? thread - 1 : undefined
  }

  #select(text: string): string {
    const hart = this.#hartOf(text.slice(1))
    if (hart === undefined) return failed
    if (text[0] === 'g') this.#selected = hart
    else this.#stepped = hart
    return ok
  }

  // Queries.

  #query(text: string): Reply {
    const [name] = text.split(/[:,;]/)
    const rest = text.slice(name.length + 1)
    switch (name) {
      case 'Supported':
        return this.#features()
      case 'Attached':
        return '1'
      case 'C':
        return `QC${(this.#selected + 1).toString(16)}`
      case 'fThreadInfo':
        return `m${Array.from({ length: this.#target.harts }, (_, hart) => (hart + 1).toString(16)).join(',')}`
      case 'sThreadInfo':
        return 'l'
      case 'ThreadExtraInfo':
        return this.#describeThread(rest)
      case 'Symbol':
        return ok
      case 'Rcmd':
        return this.#monitor(rest)
      case 'Xfer':
        return this.#transfer(rest)
      default:
        return unsupported
    }
  }

  #features(): string {
    const list = [`PacketSize=${largestPacket.toString(16)}`, 'QStartNoAckMode+', 'vContSupported+']
    list.push('qXfer:features:read+')
    if (this.#target.executable !== undefined) list.push('qXfer:exec-file:read+')
    if (this.#target.reversible) list.push('ReverseStep+', 'ReverseContinue+')
    return list.join(';')
  }

  #describeThread(digits: string): string {
    const hart = this.#hartOf(digits)
    if (hart === undefined) return failed
    return toHex(encoder.encode(this.#target.describeHart?.(hart) ?? `hart ${hart}`))
  }

  #monitor(digits: string): string {
    const bytes = fromHex(digits)
    if (bytes === undefined) return failed
    const command = decoder.decode(bytes).trim()
    const answer = this.#target.monitor?.(command) ?? `unknown command '${command}'\n`
    return toHex(encoder.encode(answer))
  }

  /** `object:read:annex:offset,length`: `m` before a part, `l` before the last one. */
  #transfer(text: string): string {
    const match = /^([a-z-]+):read:([^:]*):([0-9a-f]+),([0-9a-f]+)$/.exec(text)
    if (match === null) return unsupported
    const [, object, annex] = match
    const [offset, count] = match.slice(3).map((digits) => parseInt(digits, 16))
    const whole = this.#object(object, annex)
    if (whole === undefined) return unsupported
    const part = whole.slice(offset, offset + Math.min(count, largestPacket / 2))
    return (offset + part.length < whole.length ? 'm' : 'l') + part
  }

  #object(object: string, annex: string): string | undefined {
    if (object === 'features' && annex === 'target.xml') return this.#description
    return object === 'exec-file' ? this.#target.executable?.name : undefined
  }

  #print(text: string): void {
    this.#announce(`O${toHex(encoder.encode(text))}`)
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A number of at most 32 bits in base 16, or undefined. */
function parseHex(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9a-fA-F]{1,8}$/.test(text) ? parseInt(text, 16) : undefined
}

/** Characters as bytes; escapes are undone already. */
function fromBinary(data: string): Uint8Array {
  return Uint8Array.from(data, (character) => character.charCodeAt(0))
}
