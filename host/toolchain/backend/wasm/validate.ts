/**
 * Validation (core specification, §3) by the host's own engine, which every place the backend runs in has: Node and browsers. What follows
 * relies on it: the reader and the lowering do not check types again.
 */
import { BackendError } from '../errors.ts'

/** Throws BackendError 'malformed' for a module that the host's engine refuses, with the engine's reason. */
export function validateModule(bytes: Uint8Array): void {
  const source = bytes as Uint8Array<ArrayBuffer>
  if (WebAssembly.validate(source)) return
  throw new BackendError('malformed', `the module is not valid: ${reasonOf(source)}`)
}

function reasonOf(source: Uint8Array<ArrayBuffer>): string {
  try {
    new WebAssembly.Module(source)
    return 'no reason is given'
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^.*?: /, '') : String(error)
  }
}
