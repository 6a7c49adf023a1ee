/**
 * What guest programs have beyond asc's language (docs/compiler.md).
 */
import type { Patch } from './patch.ts'
import { patchCallPlaces } from './callPlaces.ts'
import { patchClosures } from './closures.ts'
import { patchHoists } from './hoists.ts'
import { patchInference } from './infer.ts'
import { Labels, patchLabels } from './labels.ts'
import { patchLists } from './lists.ts'
import { patchLoops } from './loops.ts'
import { patchMethods } from './methods.ts'
import { patchMissing } from './missing.ts'
import { patchNew } from './newObjects.ts'
import { patchOmitted } from './omitted.ts'
import { patchOperators } from './operators.ts'
import { patchOptional } from './optional.ts'
import { patchFailures } from './failures.ts'
import { patchRest } from './rest.ts'
import { patchTruth } from './truth.ts'
import { patchWholeNumbers } from './wholeNumbers.ts'

/** Install all extensions, for one compilation. */
export function extendLanguage(patch: Patch): void {
  const labels = new Labels()
  patchClosures(patch)
  patchHoists(patch)
  patchInference(patch)
  patchNew(patch)
  patchMethods(patch)
  patchWholeNumbers(patch)
  patchLoops(patch)
  patchLists(patch)
  patchRest(patch)
  patchTruth(patch)
  patchOptional(patch)
  patchOperators(patch)
  patchMissing(patch)
  patchLabels(patch, labels)
  patchOmitted(patch)
  patchFailures(patch, labels)
  patchCallPlaces(patch)
}
