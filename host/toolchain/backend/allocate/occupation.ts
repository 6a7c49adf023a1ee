/** What a machine register (or stack slot) holds over the function: a sorted list of segments with quick tests for overlap. */
import type { Range } from './ranges.ts'

export class Occupation {
  private readonly starts: number[] = []
  private readonly ends: number[] = []

  overlaps(range: Range): boolean {
    for (let i = 0; i < range.length; i += 2) {
      const at = this.firstEndingAfter(range[i])
      if (at < this.starts.length && this.starts[at] < range[i + 1]) return true
    }
    return false
  }

  /** Adds segments that overlap nothing here. */
  add(range: Range): void {
    for (let i = 0; i < range.length; i += 2) {
      const at = this.firstEndingAfter(range[i])
      this.starts.splice(at, 0, range[i])
      this.ends.splice(at, 0, range[i + 1])
    }
  }

  get empty(): boolean {
    return this.starts.length === 0
  }

  private firstEndingAfter(position: number): number {
    let low = 0
    let high = this.ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.ends[middle] <= position) low = middle + 1
      else high = middle
    }
    return low
  }
}
