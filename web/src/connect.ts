import { wrap } from 'comlink'
import type { Remote } from 'comlink'
import type { Playground } from '../../host/web/protocol.ts'

/** Starts the machine's worker. */
export function connect(): Remote<Playground> {
  return wrap<Playground>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))
}
