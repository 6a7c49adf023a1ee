/**
 * What guest programs have beyond asc's language (docs/compiler.md).
 */
import { patchClosures } from './closures.ts'
import { patchLoops } from './loops.ts'
import { patchFailures } from './failures.ts'

/** The extensions, in the order in which they are installed. */
export const languageExtensions = [patchClosures, patchLoops, patchFailures]
