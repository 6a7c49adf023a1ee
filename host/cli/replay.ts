/** `nothread replay`: repeat a recorded run and compare it with the recording. */

import { parseRecording, RecordingError } from '../machine/recording.ts'
import type { Recording } from '../machine/recording.ts'
import { replay } from '../machine/replay.ts'
import { Capture } from '../net/pcapng.ts'
import { checkWritable, readText, writeFile } from '../node/files.ts'
import { exitCode } from './exit.ts'
import { summary, traceFile } from './outputs.ts'
import { loadMachine } from './load.ts'
import { clearProgress, complain } from './talk.ts'

export interface ReplayCommand {
  /** The program, when it is no longer where it was recorded. */
  program?: string
  until?: string
  disk?: string
  pcap?: string
  trace?: string
}

/** Replay the recording in a file. Returns the exit code of the command. */
export async function replayCommand(file: string, command: ReplayCommand): Promise<number> {
  const recording = readRecording(file)
  const { pcap, trace } = command
  for (const path of [pcap, trace]) if (path !== undefined) checkWritable(path)
  const { program, neighbours, configuration } = recording.header
  const options = { ...configuration, trace: trace !== undefined }
  const { disk } = command
  const machine = await loadMachine(command.program ?? program, options, { disk, neighbours })
  const capture = pcap === undefined ? undefined : new Capture(machine.network)
  machine.console.listen((text) => process.stdout.write(text))

  const { report, divergence } = await replay(machine, recording, command.until)
  clearProgress()
  if (capture !== undefined) writeFile(pcap as string, capture.bytes())
  if (trace !== undefined) writeFile(trace, traceFile(trace, machine.trace(), machine))
  const text = machine.console.text
  if (text !== '' && !text.endsWith('\n')) console.log()
  console.log(summary(machine, report.events))
  if (divergence === undefined) return exitCode.ok
  const { after, cycle, message } = divergence
  complain(
    `the replay differs from the recording: equal up to cycle ${after}, different by cycle ${cycle}: ${message}`,
  )
  return exitCode.diverged
}

function readRecording(file: string): Recording {
  const text = readText(file)
  try {
    return parseRecording(text)
  } catch (error) {
    if (error instanceof RecordingError) throw new RecordingError(`${file}: ${error.message}`)
    throw error
  }
}
