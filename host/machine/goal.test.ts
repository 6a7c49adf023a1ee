import { describe, expect, it } from 'vitest'
import { Goal } from './goal.ts'

const state = (cycles: number, consoleText = '') => ({ cycles, consoleText, clockHz: 1e9 })

describe('a goal', () => {
  it.each([
    ['10us', 10_000],
    ['5000cy', 5000],
    [123, 123],
    ['idle', Infinity],
    [undefined, Infinity],
  ])('until %s lets the machine run to cycle %d', (until, limit) => {
    const goal = new Goal({ until }, state(0))
    expect(goal.limit(state(0))).toBe(limit)
    expect(goal.reached(state(Math.min(limit, 1e12) - 1))).toBeUndefined()
    if (limit < Infinity) expect(goal.reached(state(limit))).toBe('limit')
  })

  it('for a time counts from now', () => {
    expect(new Goal({ for: '1us' }, state(500)).limit(state(500))).toBe(1500)
  })

  it('for a text looks at what is written from now on, at fixed cycles', () => {
    const goal = new Goal({ until: { text: 'ready' } }, state(0, 'ready\n'))
    expect(goal.reached(state(0, 'ready\n'))).toBeUndefined()
    expect(goal.limit(state(1))).toBe(10_000)
    expect(goal.limit(state(10_000))).toBe(20_000)
    expect(goal.reached(state(20_000, 'ready\nready\n'))).toBe('text')
  })

  it('for a condition asks it every time', () => {
    let done = false
    const goal = new Goal({ until: () => done, for: '10us' }, state(0))
    expect(goal.reached(state(5))).toBeUndefined()
    done = true
    expect(goal.reached(state(5))).toBe('condition')
  })

  it.each(['nonsense', '10', '-1ms'])('refuses until "%s"', (until) => {
    expect(() => new Goal({ until }, state(0))).toThrow(`"${until}" is not a time`)
  })

  it.each([-1, 0.5, NaN])('refuses cycle %d', (until) => {
    expect(() => new Goal({ until }, state(0))).toThrow('is not a cycle')
  })
})
