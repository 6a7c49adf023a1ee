/** Snapshots as files of the command line. */

import { SnapshotError } from '../machine/sections.ts'
import type { Snapshot } from '../machine/snapshotFormat.ts'
import { readSnapshot } from '../machine/snapshotReader.ts'
import { readBytes } from '../node/files.ts'

/** Let an error about a snapshot begin with the file's name. */
export async function namingFile<T>(file: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof SnapshotError) throw new SnapshotError(`${file}: ${error.message}`)
    throw error
  }
}

/** The snapshot in a file; a delta finds its base in one of the files `bases`. */
export function readSnapshotFile(file: string, bases: readonly string[]): Promise<Snapshot> {
  return namingFile(file, () => readSnapshot(readBytes(file), bases.map(readBytes)))
}
