/**
 * Refusals of the backend. One class for all of them, so that callers can tell "this program cannot be compiled" from a mistake
 * of the compiler itself (any other exception).
 */

export type BackendErrorCode =
  'malformed' | 'unsupported' | 'unknown-import' | 'unresolved' | 'limit' | 'internal'

/** Why a module was refused; `functionName` is the wasm function it happened in, if any. */
export class BackendError extends Error {
  readonly code: BackendErrorCode
  readonly functionName: string | undefined

  constructor(code: BackendErrorCode, message: string, functionName?: string) {
    super(functionName === undefined ? message : `${message} (in ${functionName})`)
    this.name = 'BackendError'
    this.code = code
    this.functionName = functionName
  }
}
