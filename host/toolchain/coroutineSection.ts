/** The section in which images say what their coroutines are, for readers that do not load the compiler. */

import type { CoroutineTable } from './backend/link/coroutines.ts'
import type { Image } from './elf/image.ts'
import { jsonSection } from './elf/jsonSection.ts'

const coroutineSection = '.nothread.coroutines'

const slot = { offset: 'number', bytes: 'number', name: 'string' } as const
const state = { line: 'number', address: 'number', slots: [slot] } as const
const code = { name: 'string', address: 'number', descriptor: 'number' } as const
const shape = [{ ...code, frameBytes: 'number', states: [state] }] as const

/** The coroutines of an image; none when it was made by other tools. Throws an ElfError for a section that is none. */
export function readCoroutines(image: Pick<Image, 'sections'>): CoroutineTable[] {
  return jsonSection(image, coroutineSection, shape) ?? []
}
