/** Lines of the sources that an image names: files of the user, and the library's from the package. */

import { assetBytes, guestUrl } from '../assets.ts'
import type { GuestSources } from '../toolchain/index.ts'
import { sourceLines } from './files.ts'

const libraryPrefix = '~lib/'

/** Reads lines by the name of a file; none for a file that is not there. */
export async function programSources(): Promise<(file: string) => string[] | undefined> {
  const guest = JSON.parse(new TextDecoder().decode(await assetBytes(guestUrl))) as GuestSources
  const ofUser = sourceLines()
  const ofLibrary = new Map<string, string[]>()
  return (file) => {
    if (!file.startsWith(libraryPrefix)) return ofUser(file)
    const path = file.slice(libraryPrefix.length).replace(/\.ts$/, '')
    const lines = ofLibrary.get(path) ?? guest[path]?.split('\n')
    if (lines !== undefined) ofLibrary.set(path, lines)
    return lines
  }
}
