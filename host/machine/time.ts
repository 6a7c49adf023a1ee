/**
 * Emulated time: cycles since reset, and the texts people write for it.
 *
 * A cycle count is a plain `number`: 2^53 cycles are 104 days at 1 GHz, and only the core's boundary needs 64-bit integers.
 * Every text carries its unit; a bare number is refused, because nobody can tell whether it meant cycles or seconds.
 */

/** Cycles since reset, a safe integer. */
export type Cycle = number

const secondsPerUnit: Record<string, number> = { s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 }

/** Written as `10ms`, `1.5us`, `5000cy`. */
const timeText = /^(\d+(?:\.\d+)?(?:e\d+)?)\s*(s|ms|us|µs|ns|cy)$/

/**
 * Cycles in a duration such as `50us`, `2.5ms`, `1s` or `5000cy`, rounded to the nearest cycle.
 * Throws a RangeError that names the accepted forms.
 */
export function parseTime(text: string, clockHz: number): Cycle {
  const match = timeText.exec(text.trim())
  if (match === null) {
    throw new RangeError(`"${text}" is not a time: write a number with a unit (s, ms, us, ns, cy)`)
  }
  const amount = Number(match[1])
  const cycles = match[2] === 'cy' ? amount : amount * secondsPerUnit[match[2]] * clockHz
  const rounded = Math.round(cycles)
  if (!Number.isSafeInteger(rounded)) throw new RangeError(`"${text}" is too long a time`)
  return rounded
}

/** A duration for people: the largest unit that keeps the number above one, at most three decimals. */
export function formatTime(cycles: Cycle, clockHz: number): string {
  const seconds = cycles / clockHz
  for (const unit of ['s', 'ms', 'us'] as const) {
    const amount = seconds / secondsPerUnit[unit]
    if (amount >= 1) return `${trimmed(amount)} ${unit}`
  }
  return `${trimmed(seconds * 1e9)} ns`
}

/** Nanoseconds since reset, exact for any cycle and clock. */
export function toNanoseconds(cycles: Cycle, clockHz: number): bigint {
  return (BigInt(cycles) * 1_000_000_000n) / BigInt(clockHz)
}

function trimmed(amount: number): string {
  return amount.toFixed(3).replace(/\.?0+$/, '')
}

/** mtime counts 100 ns, whatever the clock. */
const mtimeHz = 10_000_000
const wordRange = 2 ** 32

/** The cycle at which mtime had this low word, at most some minutes before `now`; exact to 100 ns. */
export function cycleOfMtime(low: number, now: Cycle, clockHz: number): Cycle {
  const present = Math.floor((now / clockHz) * mtimeHz)
  const age = (((present - low) % wordRange) + wordRange) % wordRange
  return Math.max(0, Math.floor(((present - age) / mtimeHz) * clockHz))
}
