import { describe, expect, it } from 'vitest'
import { parameterEntries, parameterHash, parseParameters } from './parameters.ts'

describe('parameters', () => {
  it('are known by the FNV-1a hash of their name', () => {
    // Values of the algorithm's reference list.
    expect(parameterHash('')).toBe(0x811c9dc5)
    expect(parameterHash('a')).toBe(0xe40c292c)
    expect(parameterHash('foobar')).toBe(0xbf9cf968)
  })

  it('are 32-bit words', () => {
    expect(parameterEntries({ a: -1, b: 2 ** 32 - 1 }).map(({ value }) => value)).toEqual([
      0xffff_ffff, 0xffff_ffff,
    ])
    expect(() => parameterEntries({ wait: 0.5 })).toThrow('parameter wait is 0.5')
    expect(() => parameterEntries({ wait: 2 ** 32 })).toThrow('not an integer of 32 bits')
  })

  it('fit into the mailbox or are refused', () => {
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`p${i}`, i]))
    expect(() => parameterEntries(many)).toThrow('17 parameters given, the mailbox holds 16')
  })

  it('are written as names and numbers', () => {
    expect(parseParameters(' workers=2, dpc-importance=0x10 wait=-1 ')).toEqual({
      ...{ workers: 2, 'dpc-importance': 16, wait: -1 },
    })
    expect(parseParameters('')).toEqual({})
    expect(() => parseParameters('workers')).toThrow('workers: write NAME=NUMBER')
    expect(() => parseParameters('a=1.5')).toThrow('a=1.5: write NAME=NUMBER')
  })
})
