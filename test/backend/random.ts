/** xorshift32: small, and the same everywhere. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = (seed * 0x9e3779b9 + 0x7f4a7c15) | 0 || 1
  }

  next(): number {
    this.state ^= this.state << 13
    this.state ^= this.state >>> 17
    this.state ^= this.state << 5
    return this.state >>> 0
  }

  below(limit: number): number {
    return this.next() % limit
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]
  }
}
