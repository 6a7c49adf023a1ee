/**
 * Random coroutines for tests. Every function is written twice, with `await` of a task and with a call: both must compute the same.
 */

/** A sequence of numbers that depends on the seed alone (xorshift). */
class Random {
  #state: number

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 1) >>> 0
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    this.#state >>>= 0
    return this.#state % limit
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]
  }
}

const variables = ['a', 'b', 'c', 'w', 'f'] as const
/** Per variable its type, and how a value of another type is brought to it. */
const types = { a: 'i32', b: 'u8', c: 'i32', w: 'i64', f: 'f64' } as const

class Writer {
  readonly #random: Random
  #loops = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** Body of a function of `n`; AWAIT(x) stands for a value that may come later. */
  body(): string {
    const declared = variables.map((name) => `let ${name}: ${types[name]} = <${types[name]}>n`)
    return [...declared, ...this.#statements(3), `return ${this.#checksum()}`].join('\n')
  }

  #statements(depth: number): string[] {
    return Array.from({ length: 1 + this.#random.below(4) }, () => this.#statement(depth))
  }

  #statement(depth: number): string {
    const kind = depth > 0 ? this.#random.below(7) : this.#random.below(3)
    const block = (): string => `{ ${this.#statements(depth - 1).join('\n')} }`
    if (kind === 3) return `if (${this.#condition()}) ${block()} else ${block()}`
    if (kind === 4) return this.#loop(block)
    if (kind === 5)
      return `switch (a & 3) { case 0: ${block()} break; case 2: ${block()} default: ${block()} }`
    if (kind === 6) return `if (${this.#condition()}) return ${this.#checksum()}`
    const name = this.#random.of(variables)
    const value = `(${this.#expression(2)}) + (${this.#expression(2)})`
    return `${name} = <${types[name]}><i32>(${value})`
  }

  #loop(block: () => string): string {
    const counter = `i${this.#loops++}`
    const leave = this.#random.below(3) === 0 ? `if (${this.#condition()}) continue` : ''
    const times = 1 + this.#random.below(4)
    return `for (let ${counter} = 0; ${counter} < ${times}; ${counter}++) { a += ${counter}\n${leave}\n${block()} }`
  }

  #condition(): string {
    return `(${this.#expression(1)}) ${this.#random.of(['<', '>', '!=', '=='])} ${this.#random.below(50)}`
  }

  /** An i32. */
  #expression(depth: number): string {
    const kind = depth > 0 ? this.#random.below(6) : this.#random.below(2)
    if (kind === 0) return String(this.#random.below(1000) - 500)
    if (kind === 1) return `<i32>${this.#random.of(['a', 'b', 'c', 'w'])}`
    if (kind === 2) return `AWAIT(${this.#expression(depth - 1)})`
    if (kind === 3) return `(${this.#condition()} ? ${this.#expression(depth - 1)} : AWAIT(c))`
    if (kind === 4) return `mix(${this.#expression(depth - 1)}, ${this.#expression(depth - 1)})`
    return `(${this.#expression(depth - 1)}) ${this.#random.of(['+', '-', '*', '^'])} (${this.#expression(depth - 1)})`
  }

  #checksum(): string {
    return '<i64>a * 31 + <i64>b * 17 + <i64>c * 7 + w + <i64>(f * 0.5)'
  }
}

/** A program that prints a line for each function and argument for which both forms differ, and then the number of comparisons. */
export function randomProgram(seed: number, functions: number): string {
  const random = new Random(seed)
  const pairs: string[] = []
  const calls: string[] = []
  for (let index = 0; index < functions; index++) {
    const body = new Writer(random).body()
    const later = body.replaceAll('AWAIT(', 'await later(')
    const atOnce = body.replaceAll('AWAIT(', 'atOnce(')
    pairs.push(`async function f${index}(n: i32): Promise<i64> {\n${later}\n}`)
    pairs.push(`function g${index}(n: i32): i64 {\n${atOnce}\n}`)
    calls.push(
      `for (let n = -3; n < 4; n++) check('${index}', n, await f${index}(n), g${index}(n))`,
    )
  }
  return [
    "import { print, sleep } from 'nothread/guest'",
    'let turn = 0',
    'let checks = 0',
    'function mix(a: i32, b: i32): i32 { return (a * 33) ^ b }',
    'function atOnce(x: i32): i32 { return x + 1 }',
    'async function later(x: i32): Promise<i32> { if (turn++ % 3 == 0) await sleep(1); return x + 1 }',
    'function check(name: string, n: i32, a: i64, b: i64): void {',
    "  checks++; if (a != b) print(name + ' ' + n.toString() + ' ' + a.toString() + ' ' + b.toString())",
    '}',
    ...pairs,
    'export async function main(): Promise<void> {',
    ...calls,
    'print(checks)',
    '}',
  ].join('\n')
}
