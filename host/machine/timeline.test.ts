import { describe, expect, it } from 'vitest'
import { Timeline } from './timeline.ts'

function drain(timeline: Timeline, cycle: number): void {
  while (timeline.step(cycle));
}

describe('Timeline', () => {
  it('lets entries happen by cycle, then in the order they were added', () => {
    const timeline = new Timeline()
    const seen: string[] = []
    const cycles = [30, 10, 20, 10, 30, 5, 20]
    cycles.forEach((cycle, i) => timeline.add(cycle, () => seen.push(`${cycle}.${i}`)))
    drain(timeline, 20)
    expect(seen).toEqual(['5.5', '10.1', '10.3', '20.2', '20.6'])
    expect(timeline.next).toBe(30)
    drain(timeline, 100)
    expect(seen.slice(5)).toEqual(['30.0', '30.4'])
    expect(timeline.next).toBe(Infinity)
  })

  it('knows the present inside an entry, and never goes back', () => {
    const timeline = new Timeline()
    const seen: number[] = []
    timeline.add(7, () => {
      seen.push(timeline.now)
      expect(timeline.add(3, () => seen.push(timeline.now)).cycle).toBe(7)
    })
    drain(timeline, 10)
    expect(seen).toEqual([7, 7])
    timeline.advance(5)
    expect(timeline.now).toBe(7)
  })

  it('forgets cancelled entries', () => {
    const timeline = new Timeline()
    const seen: number[] = []
    const first = timeline.add(1, () => seen.push(1))
    timeline.add(2, () => seen.push(2))
    timeline.cancel(first)
    expect(timeline.next).toBe(2)
    drain(timeline, 10)
    expect(seen).toEqual([2])
  })

  it('keeps its order over many entries', () => {
    const timeline = new Timeline()
    const seen: number[] = []
    for (let i = 0; i < 1000; i++) {
      const cycle = (i * 7919) % 257
      timeline.add(cycle, () => seen.push(cycle))
    }
    drain(timeline, 1000)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen).toHaveLength(1000)
  })
})
