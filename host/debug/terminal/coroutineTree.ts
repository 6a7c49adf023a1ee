/** Suspended coroutines as trees: below each stands what it awaits. */
import type { Coroutine } from '../../machine/coroutines.ts'

/** One line per coroutine, those that nobody awaits at the left margin. */
export function coroutineTree(live: readonly Coroutine[]): string {
  const byFrame = new Map(live.map((coroutine) => [coroutine.frame, coroutine]))
  const awaited = new Set(live.map((coroutine) => coroutine.awaited))
  const lines: string[] = []
  const shown = new Set<number>()
  const show = (coroutine: Coroutine, depth: number): void => {
    // A circle of awaits is a bug of the program, and not one of ours.
    if (shown.has(coroutine.frame)) return
    shown.add(coroutine.frame)
    lines.push('  '.repeat(depth) + describe(coroutine))
    const next = byFrame.get(coroutine.awaited)
    if (next !== undefined) show(next, depth + 1)
  }
  for (const coroutine of live) if (!awaited.has(coroutine.frame)) show(coroutine, 0)
  for (const coroutine of live) show(coroutine, 0)
  return lines.join('\n')
}

function describe({ name, file, line, operation, kept }: Coroutine): string {
  const values = kept.map((value) => `${value.name}=${value.words.join(':')}`)
  const waits = operation === 0 ? '' : `, waits for operation ${operation}`
  return [`${name} (${file}:${line})${waits}`, ...values].join('  ')
}
