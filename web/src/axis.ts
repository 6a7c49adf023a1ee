/**
 * A time axis on which long waits are short. A request is a few thousand cycles of work and perhaps a hundred thousand cycles of
 * waiting; the axis keeps the work to scale and draws each long quiet stretch as a break of fixed width.
 */

export interface Interval {
  begin: number
  end: number
}

/** A piece of the axis: to scale, or a break. Positions run from 0 to the axis' width. */
export interface Segment extends Interval {
  from: number
  to: number
  broken: boolean
}

export interface Axis {
  segments: Segment[]
  width: number
  /** Position of a cycle. */
  position(cycle: number): number
}

export interface AxisOptions {
  width: number
  /** Width of a break. */
  breakWidth: number
  /** Quiet stretches of more than this share of all busy cycles are broken. */
  longest: number
}

/** Joins intervals that overlap or touch within `slack` cycles. */
export function merge(intervals: readonly Interval[], slack: number): Interval[] {
  const merged: Interval[] = []
  for (const { begin, end } of [...intervals].sort((left, right) => left.begin - right.begin)) {
    const last = merged.at(-1)
    if (last && begin - last.end <= slack) last.end = Math.max(last.end, end)
    else merged.push({ begin, end })
  }
  return merged
}

function quietLimit(busy: readonly Interval[], longest: number): number {
  const work = merge(busy, 0).reduce((sum, { begin, end }) => sum + end - begin, 0)
  return Math.max(1, work * longest)
}

/** Builds the axis for the stretches in which something runs. With nothing at all it is one empty segment. */
export function buildAxis(busy: readonly Interval[], options: AxisOptions): Axis {
  const stretches = merge(busy, quietLimit(busy, options.longest))
  const breaks = Math.max(0, stretches.length - 1)
  const cycles = stretches.reduce((sum, { begin, end }) => sum + end - begin, 0)
  const scale = Math.max(0, options.width - breaks * options.breakWidth) / Math.max(1, cycles)
  const segments: Segment[] = []
  let at = 0
  stretches.forEach(({ begin, end }, index) => {
    const before = stretches[index - 1]
    if (before) {
      const to = at + options.breakWidth
      segments.push({ begin: before.end, end: begin, from: at, to, broken: true })
      at = to
    }
    const to = at + (end - begin) * scale
    segments.push({ begin, end, from: at, to, broken: false })
    at = to
  })
  return { segments, width: options.width, position: (cycle) => positionIn(segments, cycle) }
}

function positionIn(segments: readonly Segment[], cycle: number): number {
  const segment = segments.find(({ end }) => cycle <= end) ?? segments.at(-1)
  if (!segment) return 0
  const { begin, end, from, to } = segment
  if (end === begin) return from
  const share = Math.min(1, Math.max(0, (cycle - begin) / (end - begin)))
  return from + share * (to - from)
}

/** Round cycle numbers at which a segment of `pixels` width is labelled, about one per `spacing`. */
export function ticks(segment: Segment, spacing: number): number[] {
  const count = Math.floor((segment.to - segment.from) / spacing)
  if (segment.broken || count < 1) return []
  const raw = (segment.end - segment.begin) / count
  const magnitude = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((size) => size >= raw) ?? raw
  const result: number[] = []
  for (let cycle = Math.ceil(segment.begin / step) * step; cycle <= segment.end; cycle += step) {
    result.push(cycle)
  }
  return result
}
