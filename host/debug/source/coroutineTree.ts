/** Suspended coroutines as trees: below each stands what it awaits. */
import type { Coroutine } from '../../machine/coroutines.ts'

/** One line per coroutine with what it keeps, those that nobody awaits at the left margin. */
export function coroutineTree(
  live: readonly Coroutine[],
  kept: (coroutine: Coroutine) => string[],
): string {
  const byFrame = new Map(live.map((coroutine) => [coroutine.frame, coroutine]))
  const awaited = new Set(live.map((coroutine) => coroutine.awaited))
  const lines: string[] = []
  const shown = new Set<number>()
  const show = (coroutine: Coroutine, depth: number): void => {
    // A circle of awaits is a bug of the program, and not one of ours.
    if (shown.has(coroutine.frame)) return
    shown.add(coroutine.frame)
    lines.push('  '.repeat(depth) + [describe(coroutine), ...kept(coroutine)].join('  '))
    const next = byFrame.get(coroutine.awaited)
    if (next !== undefined) show(next, depth + 1)
  }
  for (const coroutine of live) if (!awaited.has(coroutine.frame)) show(coroutine, 0)
  for (const coroutine of live) show(coroutine, 0)
  return lines.join('\n')
}

/** `reader (echo.ts:4)`. */
export function describe({ name, file, line, operation }: Coroutine): string {
  return `${name} (${file}:${line})${operation === 0 ? '' : `, waits for operation ${operation}`}`
}
