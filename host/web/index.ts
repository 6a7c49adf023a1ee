/** `nothread/web`: the playground's machine as a worker, and the page's way to it. */

import { expose, wrap } from 'comlink'
import type { Remote } from 'comlink'
import type { Playground } from './protocol.ts'
import { Session } from './session.ts'
import type { SessionOptions } from './session.ts'

export { Session } from './session.ts'
export type { SessionOptions } from './session.ts'
export { defaultConfiguration } from './protocol.ts'
export type {
  AwaitSummary,
  MachineState,
  Playground,
  Problem,
  RequestDetail,
  RequestSummary,
  RunConfiguration,
  RunListener,
  RunOutcome,
  RunSummary,
} from './protocol.ts'

/** Call once in a worker: it answers the page from then on. */
export function servePlayground(options?: SessionOptions): void {
  expose(new Session(options))
}

/** The session of a worker that has called `servePlayground`. A listener is passed through Comlink's `proxy`. */
export function connectPlayground(worker: Worker): Remote<Playground> {
  return wrap<Playground>(worker)
}
