/**
 * Captures in the pcapng format (IETF draft-ietf-opsawg-pcapng): one section, one Ethernet interface with nanosecond resolution, and
 * one enhanced packet block per frame. Time zero is the machine's reset; a comment gives the exact cycle.
 */

import { concatenate } from '../bytes.ts'
import type { Cycle } from '../machine/time.ts'
import { toNanoseconds } from '../machine/time.ts'
import type { Network, WireFrame } from './network.ts'

const blockType = { section: 0x0a0d0d0a, interface: 1, packet: 6 } as const
const option = { comment: 1, name: 2, flags: 2, timeResolution: 9, application: 4 } as const
const byteOrderMagic = 0x1a2b3c4d
const linkTypeEthernet = 1
const nanoseconds = 9
/** The direction bits of the flags word. */
const inbound = 1
const outbound = 2

/** Collects the frames of a network. */
export class Capture {
  readonly #blocks: Uint8Array[]
  #frames = 0

  constructor(network: Network) {
    const clockHz = network.host.clockHz
    this.#blocks = [sectionHeader(), interfaceDescription()]
    network.watch((frame) => {
      this.#frames++
      this.#blocks.push(packetBlock(frame, clockHz))
    })
  }

  /** Number of frames so far. */
  get frames(): number {
    return this.#frames
  }

  /** The whole file so far. */
  bytes(): Uint8Array {
    return concatenate(this.#blocks)
  }
}

function sectionHeader(): Uint8Array {
  const body = new Uint8Array(16)
  const view = new DataView(body.buffer)
  view.setUint32(0, byteOrderMagic, true)
  view.setUint16(4, 1, true)
  view.setBigInt64(8, -1n, true)
  return block(blockType.section, body, [[option.application, text('nothread')]])
}

function interfaceDescription(): Uint8Array {
  const body = new Uint8Array(8)
  new DataView(body.buffer).setUint16(0, linkTypeEthernet, true)
  return block(blockType.interface, body, [
    [option.name, text('nic0')],
    [option.timeResolution, Uint8Array.of(nanoseconds)],
  ])
}

function packetBlock({ bytes, cycle, direction }: WireFrame, clockHz: number): Uint8Array {
  const body = new Uint8Array(20 + padded(bytes.length))
  const view = new DataView(body.buffer)
  const time = toNanoseconds(cycle, clockHz)
  view.setUint32(4, Number(time >> 32n), true)
  view.setUint32(8, Number(time & 0xffffffffn), true)
  view.setUint32(12, bytes.length, true)
  view.setUint32(16, bytes.length, true)
  body.set(bytes, 20)
  const flags = Uint8Array.of(direction === 'toGuest' ? inbound : outbound, 0, 0, 0)
  return block(blockType.packet, body, [
    [option.comment, text(cycleComment(cycle))],
    [option.flags, flags],
  ])
}

function cycleComment(cycle: Cycle): string {
  return `cycle ${cycle}`
}

/** A block: type, length, body, options, length again. */
function block(type: number, body: Uint8Array, options: [number, Uint8Array][]): Uint8Array {
  const parts = options.map(([code, value]) => optionBytes(code, value))
  const tail = concatenate([...parts, new Uint8Array(4)])
  const bytes = new Uint8Array(12 + body.length + tail.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, type, true)
  view.setUint32(4, bytes.length, true)
  bytes.set(body, 8)
  bytes.set(tail, 8 + body.length)
  view.setUint32(bytes.length - 4, bytes.length, true)
  return bytes
}

function optionBytes(code: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + padded(value.length))
  const view = new DataView(bytes.buffer)
  view.setUint16(0, code, true)
  view.setUint16(2, value.length, true)
  bytes.set(value, 4)
  return bytes
}

function padded(length: number): number {
  return (length + 3) & ~3
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}
