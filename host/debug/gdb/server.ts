/**
 * A server of the GDB remote serial protocol (GDB manual, "Remote Protocol") over any transport: bytes come in by `receive`, answers
 * leave by the `send` function. This file is the framing; what packets mean is in `session.ts`.
 */
import { framePacket, PacketReader } from './packet.ts'
import { Session } from './session.ts'
import type { DebugTarget } from './target.ts'

const ok = 'OK'
const beginNoAcknowledgements = 'QStartNoAckMode'

export class GdbServer {
  readonly #target: DebugTarget
  readonly #transmit: (bytes: Uint8Array) => void
  readonly #session: Session
  readonly #reader = new PacketReader()
  #acknowledges = true
  #lastFrame = ''
  /** Packets are answered one after the other. */
  #queue: Promise<void> = Promise.resolve()

  /** `send` hands bytes to GDB; it may be called at any time until the session is closed. */
  constructor(target: DebugTarget, send: (bytes: Uint8Array) => void) {
    this.#target = target
    this.#transmit = send
    this.#session = new Session(target, (data) => this.#reply(data))
  }

  /** GDB has detached or asked to end the program. */
  get closed(): boolean {
    return this.#session.closed
  }

  /** Takes bytes from GDB. The promise settles when everything in them has been answered. */
  receive(bytes: Uint8Array): Promise<void> {
    const characters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
    for (const arrival of this.#reader.push(characters)) {
      if (arrival.kind === 'interrupt') this.#target.interrupt()
      else if (arrival.kind === 'retransmit') this.#write(this.#lastFrame)
      else if (arrival.kind === 'damaged') this.#acknowledge('-')
      else {
        this.#acknowledge('+')
        this.#queue = this.#queue.then(() => this.#answer(arrival.data))
      }
    }
    return this.#queue
  }

  async #answer(packet: string): Promise<void> {
    if (packet === beginNoAcknowledgements) {
      this.#reply(ok)
      this.#acknowledges = false
      return
    }
    const data = await this.#session.handle(packet)
    if (data !== undefined) this.#reply(data)
  }

  #acknowledge(sign: string): void {
    if (this.#acknowledges) this.#write(sign)
  }

  #reply(data: string): void {
    this.#lastFrame = framePacket(data)
    this.#write(this.#lastFrame)
  }

  #write(characters: string): void {
    this.#transmit(Uint8Array.from(characters, (character) => character.charCodeAt(0)))
  }
}
