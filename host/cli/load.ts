/** Machines of the command line: with a program, and a disk or a snapshot to go on from. */

import { Machine } from '../machine/machine.ts'
import type { MachineOptions } from '../machine/options.ts'
import { readBytes, readProgram } from '../node/files.ts'
import { UsageError } from './exit.ts'
import { namingFile, readSnapshotFile } from './snapshotFiles.ts'
import { progress } from './talk.ts'

/** What a machine begins with, besides its program. */
export interface Beginning {
  disk?: string
  /** A snapshot in which the program is, and the files that it is a delta against. */
  from?: string
  bases?: readonly string[]
}

/** A machine with the program in a file. */
export async function loadMachine(
  file: string,
  options: MachineOptions,
  { disk, from, bases = [] }: Beginning,
): Promise<Machine> {
  progress(`loading ${file}`)
  const program = await readProgram(file)
  if (from === undefined) {
    const machine = await Machine.create(options)
    if (disk !== undefined) insertDisk(machine, disk)
    await machine.load(program)
    return machine
  }
  const snapshot = await readSnapshotFile(from, bases)
  return namingFile(from, () => Machine.restore(snapshot, { ...options, program }))
}

/** Put the image in a file into the machine's block device. */
export function insertDisk(machine: Machine, file: string): void {
  try {
    machine.insertDisk(readBytes(file))
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--disk ${file}: ${error.message}`)
    throw error
  }
}
