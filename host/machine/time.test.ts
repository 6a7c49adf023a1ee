import { describe, expect, it } from 'vitest'
import { formatTime, parseTime, toNanoseconds } from './time.ts'

describe('parseTime', () => {
  it.each([
    ['10ms', 10_000_000],
    ['2.5 us', 2500],
    ['5000cy', 5000],
    ['1s', 1e9],
    ['7ns', 7],
    ['3µs', 3000],
  ])('reads "%s"', (text, cycles) => {
    expect(parseTime(text, 1e9)).toBe(cycles)
  })

  it('scales with the clock, but not cycles', () => {
    expect(parseTime('1us', 5e7)).toBe(50)
    expect(parseTime('8cy', 5e7)).toBe(8)
  })

  it.each(['nonsense', '10', '', '-1ms', '1min', 'ms'])('refuses "%s"', (text) => {
    expect(() => parseTime(text, 1e9)).toThrow('is not a time: write a number with a unit')
  })

  it('refuses more cycles than can be counted', () => {
    expect(() => parseTime('1e9s', 1e9)).toThrow('too long')
  })
})

describe('formatTime', () => {
  it.each([
    [0, '0 ns'],
    [999, '999 ns'],
    [1500, '1.5 us'],
    [10_000_000, '10 ms'],
    [2_000_000_000, '2 s'],
  ])('writes %d cycles at 1 GHz', (cycles, text) => {
    expect(formatTime(cycles, 1e9)).toBe(text)
  })
})

describe('toNanoseconds', () => {
  it('is exact beyond 2^53', () => {
    expect(toNanoseconds(Number.MAX_SAFE_INTEGER, 1e8)).toBe(90071992547409910n)
  })
})
