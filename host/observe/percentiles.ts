/** Order statistics of a set of measurements, by nearest rank: every value given is one that was measured. */

export interface Percentiles {
  count: number
  minimum: number
  mean: number
  p50: number
  p90: number
  p99: number
  p999: number
  maximum: number
}

/** Summary of `values` in their own unit, or null when there are none. */
export function percentiles(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((left, right) => left - right)
  const count = sorted.length
  const rank = (fraction: number) => sorted[Math.max(0, Math.ceil(fraction * count) - 1)]
  return {
    count,
    minimum: sorted[0],
    mean: sorted.reduce((sum, value) => sum + value, 0) / count,
    p50: rank(0.5),
    p90: rank(0.9),
    p99: rank(0.99),
    p999: rank(0.999),
    maximum: sorted[count - 1],
  }
}
