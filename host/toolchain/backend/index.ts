/** The backend: WebAssembly to linked RV32 images. */
export { BackendError } from './errors.ts'
export type { BackendErrorCode } from './errors.ts'
export type { Checks, CodeOptions, MemoryModel } from './options.ts'
export { TRAP, TRAP_TEXT } from './options.ts'
export { COROUTINE_SECTION, DATA_OFFSET, linkImage } from './link/image.ts'
export type { LinkedImage, LinkOptions } from './link/image.ts'
export type { CoroutineState, CoroutineTable } from './link/coroutines.ts'
export { PASSES } from './passes/pipeline.ts'
