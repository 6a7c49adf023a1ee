import { connectPlayground } from '../../host/web/index.ts'

/** Starts the machine's worker. */
export function connect(): ReturnType<typeof connectPlayground> {
  return connectPlayground(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))
}
