/**
 * A link in emulated time, put together from stages. A stage takes a frame that enters it at a cycle and says which frames come
 * out, and when; stages wrap one another, so that each does one thing.
 *
 * Ethernet's own cost per frame counts: at least 60 bytes, and 24 more for preamble, frame check sequence and gap
 * (IEEE 802.3 clauses 3 and 4). Not modelled: collisions, pause frames, bit errors.
 */

import type { Cycle } from '../machine/time.ts'
import { parseTime } from '../machine/time.ts'
import { Random } from './random.ts'

/** A frame that comes out of a stage. */
export interface Arrival {
  /** Cycle of its last bit. */
  cycle: Cycle
  frame: Uint8Array
}

/** One direction of a link, or a part of one. */
export interface Stage {
  carry(frame: Uint8Array, cycle: Cycle): Arrival[]
}

/** What a link is like, in both directions. Times are texts with a unit, or cycles. */
export interface LinkOptions {
  /** Propagation delay of one direction; 0 unless given. */
  delay?: string | number
  /** Line rate, as `1gbps`, `100mbps`, or bits per second; unlimited unless given. */
  bandwidth?: string | number
  /** Share of frames lost, 0 to 1, or as `2%`. */
  loss?: string | number
  /** Share of frames that are held back by `reorderDelay` and so fall behind later ones. */
  reorder?: string | number
  /** How long a reordered frame is held back; the propagation delay unless given. */
  reorderDelay?: string | number
  /** Share of frames that arrive twice. */
  duplicate?: string | number
}

/** What stages need to know of the machine. */
export interface LinkContext {
  clockHz: number
  seed: number | bigint
}

const minimumFrame = 60
const preamble = 8
const frameCheck = 4
const gap = 12

const wire: Stage = { carry: (frame, cycle) => [{ cycle, frame }] }

/** First in, first out at a line rate: a frame's last bit leaves when all of it has been sent. */
export function bandwidth(bitsPerSecond: number, clockHz: number, next: Stage): Stage {
  let free = 0
  const cyclesFor = (bytes: number) => Math.ceil((bytes * 8 * clockHz) / bitsPerSecond)
  return {
    carry(frame, cycle) {
      const start = Math.max(cycle, free)
      const bytes = preamble + Math.max(frame.length, minimumFrame) + frameCheck
      free = start + cyclesFor(bytes + gap)
      return next.carry(frame, start + cyclesFor(bytes))
    },
  }
}

/** Propagation: everything comes `cycles` later. */
export function delay(cycles: Cycle, next: Stage): Stage {
  return { carry: (frame, cycle) => next.carry(frame, cycle + cycles) }
}

/** Loses a share of the frames. */
export function loss(share: number, random: Random, next: Stage): Stage {
  return { carry: (frame, cycle) => (random.chance(share) ? [] : next.carry(frame, cycle)) }
}

/** Holds a share of the frames back. */
export function reorder(share: number, held: Cycle, random: Random, next: Stage): Stage {
  return {
    carry: (frame, cycle) => next.carry(frame, random.chance(share) ? cycle + held : cycle),
  }
}

/** Delivers a share of the frames twice, at the same cycle. */
export function duplicate(share: number, random: Random, next: Stage): Stage {
  return {
    carry(frame, cycle) {
      const copies = random.chance(share) ? 2 : 1
      return Array.from({ length: copies }, () => next.carry(frame, cycle)).flat()
    },
  }
}

/** One direction of a link: line rate first, then the road, then what goes wrong on it. */
export function direction(options: LinkOptions, context: LinkContext, name: string): Stage {
  const cyclesOf = (value: string | number) =>
    typeof value === 'number' ? value : parseTime(value, context.clockHz)
  const random = (purpose: string) => new Random(context.seed, `${name}.${purpose}`)
  const propagation = cyclesOf(options.delay ?? 0)
  const shares = {
    loss: parseShare(options.loss ?? 0),
    reorder: parseShare(options.reorder ?? 0),
    duplicate: parseShare(options.duplicate ?? 0),
  }

  let stage = wire
  if (shares.reorder > 0) {
    const held = cyclesOf(options.reorderDelay ?? propagation)
    stage = reorder(shares.reorder, held, random('reorder'), stage)
  }
  if (shares.duplicate > 0) stage = duplicate(shares.duplicate, random('duplicate'), stage)
  if (shares.loss > 0) stage = loss(shares.loss, random('loss'), stage)
  if (propagation > 0) stage = delay(propagation, stage)
  const rate = parseBandwidth(options.bandwidth ?? Infinity)
  return rate === Infinity ? stage : bandwidth(rate, context.clockHz, stage)
}

/** A share as a number from 0 to 1, from `0.02` or `2%`. */
export function parseShare(value: string | number): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(String(value))
  const share = match === null ? NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1)
  if (!(share >= 0 && share <= 1)) {
    throw new RangeError(`"${value}" is not a share: write a number from 0 to 1, or 0% to 100%`)
  }
  return share
}

/** Bits per second, from `100mbps`, `1gbps`, `9600bps` or a number. */
export function parseBandwidth(value: string | number): number {
  if (typeof value === 'number' && value > 0) return value
  const match = /^(\d+(?:\.\d+)?)(k|m|g)?bps$/.exec(String(value).toLowerCase())
  const rate = match === null ? 0 : Number(match[1]) * bitsPerUnit[match[2] ?? '']
  if (rate <= 0) {
    throw new RangeError(`"${value}" is not a bandwidth: write it as 9600bps, 100mbps or 1gbps`)
  }
  return rate
}

const bitsPerUnit: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9 }

const linkKeys = ['delay', 'bandwidth', 'loss', 'reorder', 'reorderDelay', 'duplicate'] as const

/** Link options from a text such as `delay=50us,loss=1%`. Every value is checked. */
export function parseLink(text: string): LinkOptions {
  const options: LinkOptions = {}
  for (const part of text.split(',').filter((part) => part !== '')) {
    const [key, value] = part.split('=', 2).map((word) => word.trim())
    const known = linkKeys.find((name) => name === key)
    if (known === undefined || value === undefined) {
      throw new RangeError(
        `"${part}" is not a link option: write ${linkKeys.join(', ')} as key=value, separated by commas`,
      )
    }
    options[known] = value
  }
  direction(options, { clockHz: 1e9, seed: 0 }, 'check')
  return options
}
