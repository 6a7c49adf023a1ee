import { describe, expect, it } from 'vitest'
import { buildAxis, merge, ticks } from './axis.ts'

const options = { width: 1000, breakWidth: 50, longest: 0.5 }

describe('merge', () => {
  it('joins what overlaps or nearly touches', () => {
    const merged = merge(
      [
        { begin: 50, end: 60 },
        { begin: 0, end: 10 },
        { begin: 12, end: 20 },
      ],
      2,
    )
    expect(merged).toEqual([
      { begin: 0, end: 20 },
      { begin: 50, end: 60 },
    ])
  })
})

describe('buildAxis', () => {
  const axis = buildAxis(
    [
      { begin: 0, end: 100 },
      { begin: 100_000, end: 100_300 },
    ],
    options,
  )

  it('breaks a long wait and keeps the work to scale', () => {
    expect(axis.segments.map(({ broken }) => broken)).toEqual([false, true, false])
    expect(axis.position(0)).toBe(0)
    expect(axis.position(100)).toBeCloseTo(237.5)
    expect(axis.position(50_050)).toBeCloseTo(262.5)
    expect(axis.position(100_000)).toBeCloseTo(287.5)
    expect(axis.position(100_300)).toBeCloseTo(1000)
  })

  it('keeps cycles outside at the ends', () => {
    expect(axis.position(-5)).toBe(0)
    expect(axis.position(200_000)).toBeCloseTo(1000)
  })

  it('does not break a short pause', () => {
    const short = buildAxis(
      [
        { begin: 0, end: 100 },
        { begin: 150, end: 250 },
      ],
      options,
    )
    expect(short.segments).toHaveLength(1)
  })

  it('survives nothing and a single moment', () => {
    expect(buildAxis([], options).position(5)).toBe(0)
    expect(buildAxis([{ begin: 7, end: 7 }], options).position(7)).toBe(0)
  })
})

describe('ticks', () => {
  it('are round numbers inside the segment', () => {
    const segment = { begin: 130, end: 1130, from: 0, to: 500, broken: false }
    expect(ticks(segment, 100)).toEqual([200, 400, 600, 800, 1000])
    expect(ticks({ ...segment, broken: true }, 100)).toEqual([])
  })
})
