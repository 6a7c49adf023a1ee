/**
 * The sources of the runtime that programs are compiled with, as one object that can be shipped as JSON.
 */
import type { ReadFile } from './asc.ts'
import { parseSource } from './source.ts'
import { rewriteSource } from './rewrite.ts'

/** Library path without extension (`nothread/guest/index`) → text for asc. */
export type GuestSources = Record<string, string>

/** Where programs import the runtime from. */
export const guestModule = 'nothread/guest'

/** Files that take the place of asc's own. */
const replacements: Record<string, string> = {
  minimal: 'rt/index-minimal',
  dom: 'bindings/dom',
  error: 'error',
}

/**
 * Collect the runtime: `files` are the paths below `assembly/guest/runtime` that end in `.ts` or `.s`, declarations left out.
 * Async functions of the runtime are rewritten here, once.
 */
export async function collectGuestSources(
  files: string[],
  readFile: ReadFile,
): Promise<GuestSources> {
  const sources: GuestSources = {}
  for (const file of [...files].sort()) {
    const text = await readFile(file)
    if (text === null) throw new Error(`The runtime's file ${file} is missing.`)
    const name = file.replace(/\.ts$/, '')
    const path = replacements[name] ?? `${guestModule}/${name}`
    sources[path] = /\basync\b|\bfor (?:await )?\([^;]* of \b/.test(text)
      ? rewriteSource(parseSource(file, text), false).text
      : text
  }
  return sources
}
