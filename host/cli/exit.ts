/** Exit codes of the command, and which one an outcome or an error gets. */

import { CompileError } from '../toolchain/frontend/diagnostic.ts'
import { DwarfError } from '../toolchain/dwarf/error.ts'
import { ElfError } from '../toolchain/elf/error.ts'
import { AssetError } from '../assets.ts'
import type { Until } from '../machine/goal.ts'
import { MemoryError } from '../machine/memory.ts'
import { RecordingError } from '../machine/recording.ts'
import type { RunReport } from '../machine/report.ts'
import { SnapshotError } from '../machine/sections.ts'
import { FileError } from '../node/files.ts'
import { ForwardError } from '../node/forward.ts'
import { GdbPortError } from '../node/gdbListener.ts'

export const exitCode = {
  ok: 0,
  /** The guest's exit code is not zero, or a text that was waited for did not come. */
  failed: 1,
  /** A wrong option or a bad file. */
  usage: 2,
  /** The guest did something nobody handles. */
  fault: 3,
  /** A replay did not repeat the recorded run. */
  diverged: 4,
  /** The run reached the time given by --until before its guest ended. */
  timeLimit: 42,
  /** Ended by an interrupt from the terminal. */
  interrupted: 130,
} as const

/** An option or argument that makes no sense in its place. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The exit code for how a run ended. `consoleText` decides when a text was waited for that came with the guest's end. */
export function exitCodeOf(
  report: RunReport,
  until: Until | undefined,
  consoleText: string,
): number {
  const awaitsText = typeof until === 'object'
  switch (report.stopReason) {
    case 'fault':
      return exitCode.fault
    case 'limit':
      return exitCode.timeLimit
    case 'aborted':
      return exitCode.interrupted
    case 'text':
    case 'condition':
      return exitCode.ok
    default:
      if (awaitsText) return consoleText.includes(until.text) ? exitCode.ok : exitCode.failed
      return (report.exitCode ?? 0) === 0 ? exitCode.ok : exitCode.failed
  }
}

/** Errors that are the user's to mend: their message is enough. Anything else is ours and shows where it came from. */
const inputErrors = [
  AssetError,
  CompileError,
  DwarfError,
  ElfError,
  FileError,
  ForwardError,
  GdbPortError,
  MemoryError,
  RecordingError,
  SnapshotError,
  UsageError,
]

/** Whether an error's message says all there is to say. */
export function isInputError(error: unknown): error is Error {
  return inputErrors.some((kind) => error instanceof kind)
}
