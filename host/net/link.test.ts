import { describe, expect, it } from 'vitest'
import { direction, parseBandwidth, parseLink, parseShare } from './link.ts'
import { Random } from './random.ts'

const context = { clockHz: 1e9, seed: 1 }
const frame = (bytes: number) => new Uint8Array(bytes)
const cyclesOf = (arrivals: { cycle: number }[]) => arrivals.map((arrival) => arrival.cycle)

describe('a link without options', () => {
  it('delivers at the same cycle', () => {
    const link = direction({}, context, 'test')
    expect(cyclesOf(link.carry(frame(60), 5))).toEqual([5])
  })
})

describe('delay', () => {
  it('adds the propagation time', () => {
    const link = direction({ delay: '50us' }, context, 'test')
    expect(cyclesOf(link.carry(frame(60), 7))).toEqual([50_007])
  })
})

describe('bandwidth', () => {
  const link = direction({ bandwidth: '1gbps' }, context, 'test')

  it('sends preamble, at least 60 bytes and the check sequence: 72 bytes are 576 ns at 1 Gbit/s', () => {
    expect(cyclesOf(link.carry(frame(14), 1000))).toEqual([1576])
  })

  it('queues behind the frame before and its gap of 12 bytes', () => {
    expect(cyclesOf(link.carry(frame(60), 1000))).toEqual([1000 + 672 + 576])
  })

  it('is free again later', () => {
    expect(cyclesOf(link.carry(frame(1514), 10_000))).toEqual([10_000 + (1514 + 12) * 8])
  })

  it('comes before the delay', () => {
    const both = direction({ bandwidth: '100mbps', delay: '1us' }, context, 'test')
    expect(cyclesOf(both.carry(frame(60), 0))).toEqual([5760 + 1000])
  })

  it('scales with the clock', () => {
    const slow = direction({ bandwidth: '1gbps' }, { clockHz: 1e8, seed: 1 }, 'test')
    expect(cyclesOf(slow.carry(frame(60), 0))).toEqual([58])
  })
})

describe('loss', () => {
  const survivors = (seed: number, name = 'test') => {
    const link = direction({ loss: '10%' }, { clockHz: 1e9, seed }, name)
    return Array.from({ length: 10_000 }, (_, i) => i).filter(
      (i) => link.carry(frame(60), i).length > 0,
    )
  }

  it('loses about its share', () => {
    expect(survivors(1).length).toBeGreaterThan(8_900)
    expect(survivors(1).length).toBeLessThan(9_100)
  })

  it('is the same for the same seed, and another for another seed or direction', () => {
    expect(survivors(1)).toEqual(survivors(1))
    expect(survivors(1)).not.toEqual(survivors(2))
    expect(survivors(1)).not.toEqual(survivors(1, 'other'))
  })

  it('of all frames leaves none, of no frames leaves all', () => {
    const all = direction({ loss: 1 }, context, 'test')
    const none = direction({ loss: 0 }, context, 'test')
    for (let i = 0; i < 100; i++) {
      expect(all.carry(frame(60), i)).toEqual([])
      expect(none.carry(frame(60), i)).toHaveLength(1)
    }
  })
})

describe('reordering and duplication', () => {
  it('holds frames back by the given time', () => {
    const link = direction({ reorder: 1, reorderDelay: '3us' }, context, 'test')
    expect(cyclesOf(link.carry(frame(60), 10))).toEqual([3010])
  })

  it('delivers frames twice', () => {
    const link = direction({ duplicate: 1, delay: '1us' }, context, 'test')
    expect(cyclesOf(link.carry(frame(60), 10))).toEqual([1010, 1010])
  })

  it('does not change which frames are lost', () => {
    const lost = (options: object) => {
      const link = direction({ loss: 0.5, ...options }, context, 'test')
      return Array.from({ length: 200 }, (_, i) => link.carry(frame(60), i).length === 0)
    }
    expect(lost({ duplicate: 0.5, reorder: 0.5 })).toEqual(lost({}))
  })
})

describe('random', () => {
  it('draws the same numbers everywhere', () => {
    const random = new Random(1, 'golden')
    expect([random.next(), random.next(), random.next()]).toMatchInlineSnapshot(`
      [
        1866430082,
        68173318,
        2660386559,
      ]
    `)
    expect(Array.from({ length: 8 }, () => random.below(10))).toMatchInlineSnapshot(`
      [
        7,
        1,
        5,
        8,
        6,
        9,
        8,
        8,
      ]
    `)
  })

  it('accepts seeds of 64 bits', () => {
    const low = new Random(1n, 'x').next()
    expect(new Random(1, 'x').next()).toBe(low)
    expect(new Random((1n << 40n) | 1n, 'x').next()).not.toBe(low)
  })
})

describe('texts', () => {
  it('reads shares and bandwidths', () => {
    expect(parseShare('2%')).toBe(0.02)
    expect(parseShare('0.5')).toBe(0.5)
    expect(parseBandwidth('2.5gbps')).toBe(2.5e9)
    expect(parseBandwidth('9600bps')).toBe(9600)
  })

  it.each(['-1', '101%', '2', 'much', ''])('refuses the share "%s"', (text) => {
    expect(() => parseShare(text)).toThrow('is not a share')
  })

  it.each(['0bps', 'fast', '10', '-1gbps'])('refuses the bandwidth "%s"', (text) => {
    expect(() => parseBandwidth(text)).toThrow('is not a bandwidth')
  })

  it('reads a whole link', () => {
    expect(parseLink('delay=50us, loss=1%')).toEqual({ delay: '50us', loss: '1%' })
  })

  it.each([
    ['speed=3', 'is not a link option'],
    ['delay', 'is not a link option'],
    ['delay=50', 'is not a time'],
    ['loss=2', 'is not a share'],
  ])('refuses the link "%s"', (text, message) => {
    expect(() => parseLink(text)).toThrow(message)
  })
})
