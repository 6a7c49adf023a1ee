/** The ends that come from outside: the terminal's interrupt, a signal, and an output that is not read or written any more. */

const signals = ['SIGINT', 'SIGTERM'] as const

/** Do something that can be ended early. Whoever is interrupted a second time ends at once. */
export async function interruptibly<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const stop = () => controller.abort()
  for (const signal of signals) process.once(signal, stop)
  process.stdout.once('error', stop)
  try {
    return await action(controller.signal)
  } finally {
    for (const signal of signals) process.off(signal, stop)
    process.stdout.off('error', stop)
  }
}
