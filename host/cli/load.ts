/** Machines of the command line: with a program, and a disk or a snapshot to go on from. */

import { Machine } from '../machine/machine.ts'
import type { MachineOptions } from '../machine/options.ts'
import { defaults } from '../machine/options.ts'
import type { Program } from '../machine/program.ts'
import { programBases } from '../machine/program.ts'
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
  /** Files with programs that run beside it. */
  neighbours?: readonly string[]
  /** Compile so that uses of freed memory are found. */
  checked?: boolean
}

/** A machine with the program in a file. */
export async function loadMachine(
  file: string,
  options: MachineOptions,
  { disk, from, bases = [], neighbours = [], checked }: Beginning,
): Promise<Machine> {
  const [program, ...others] = await readPrograms([file, ...neighbours], checked)
  if (from === undefined) {
    const machine = await Machine.create(options)
    if (disk !== undefined) insertDisk(machine, disk)
    await loadAll(machine, program, others)
    return machine
  }
  const snapshot = await readSnapshotFile(from, bases)
  return namingFile(from, () => Machine.restore(snapshot, { ...options, program }))
}

/** The programs in files, each for its part of the memory. */
async function readPrograms(files: readonly string[], checked?: boolean): Promise<Program[]> {
  const addresses = programBases(files.length, defaults.ramBytes)
  const programs: Program[] = []
  for (const [i, file] of files.entries()) {
    progress(`loading ${file}`)
    programs.push(await readProgram(file, { base: addresses[i], checked }))
  }
  return programs
}

async function loadAll(machine: Machine, program: Program, neighbours: Program[]): Promise<void> {
  try {
    await machine.load(program, neighbours)
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--with: ${error.message}`)
    throw error
  }
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
