/**
 * What guest programs have beyond asc's language (docs/compiler.md).
 */
import type { Patch } from './patch.ts'
import { patchCallPlaces } from './callPlaces.ts'
import { patchClosures } from './closures.ts'
import { patchInference } from './infer.ts'
import { Labels, patchLabels } from './labels.ts'
import { patchLists } from './lists.ts'
import { patchLoops } from './loops.ts'
import { patchOmitted } from './omitted.ts'
import { patchOptional } from './optional.ts'
import { patchFailures } from './failures.ts'
import { patchRest } from './rest.ts'
import { patchTruth } from './truth.ts'

/** Install all extensions, for one compilation. */
export function extendLanguage(patch: Patch): void {
  const labels = new Labels()
  patchClosures(patch)
  patchInference(patch)
  patchLoops(patch)
  patchLists(patch)
  patchRest(patch)
  patchTruth(patch)
  patchOptional(patch)
  patchLabels(patch, labels)
  patchOmitted(patch)
  patchFailures(patch, labels)
  patchCallPlaces(patch)
}
