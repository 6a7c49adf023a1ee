/** `nothread run`: load a program, run it, and leave behind what was asked for. */

import { faultTrace } from '../debug/source/fault.ts'
import type { Until } from '../machine/goal.ts'
import type { Machine } from '../machine/machine.ts'
import type { TimingProfile } from '../machine/options.ts'
import type { Parameters } from '../machine/parameters.ts'
import { Recorder } from '../machine/recording.ts'
import type { RunReport } from '../machine/report.ts'
import type { LinkOptions } from '../net/link.ts'
import { Capture } from '../net/pcapng.ts'
import { checkWritable } from '../node/files.ts'
import type { Forwarding } from '../node/forward.ts'
import { OpenPorts, runForwarded } from '../node/forward.ts'
import { checkDeterminism } from './determinism.ts'
import { exitCode, exitCodeOf, UsageError } from './exit.ts'
import { interruptibly } from './interrupt.ts'
import { loadMachine } from './load.ts'
import type { Output } from './outputs.ts'
import { peekWords, signatureText, summary, traceFile, writeOutputs } from './outputs.ts'
import { clearProgress, runProgress, say } from './talk.ts'
import type { Peek } from './values.ts'

export interface RunCommand {
  harts?: number
  seed?: number
  timing?: TimingProfile
  param?: Parameters
  until?: Until
  link?: LinkOptions
  forward?: Forwarding[]
  disk?: string
  with?: string[]
  from?: string
  base?: string[]
  pcap?: string
  trace?: string
  record?: string
  signature?: string
  peek?: Peek[]
  checkDeterminism?: boolean
  json?: boolean
  checked?: boolean
}

/** Run the program in a file. Returns the exit code of the command. */
export async function runCommand(file: string, command: RunCommand): Promise<number> {
  checkCombination(command)
  const ports = command.forward === undefined ? undefined : await OpenPorts.open(command.forward)
  try {
    return await runProgram(file, command, ports)
  } finally {
    ports?.close()
  }
}

async function runProgram(
  file: string,
  command: RunCommand,
  ports: OpenPorts | undefined,
): Promise<number> {
  sayForwardings(command.forward ?? [])
  const { harts, seed, timing, param, link } = command
  const trace = command.trace !== undefined
  const options = { harts, seed, timing, parameters: param, link, trace }
  const { from, base: bases, disk, with: neighbours, checked } = command
  const load = () => loadMachine(file, options, { from, bases, disk, neighbours, checked })
  if (command.checkDeterminism === true) return checkDeterminism(load, command.until)
  const machine = await load()
  const peeks = command.peek ?? []
  peekWords(machine, peeks)
  if (command.signature !== undefined) signatureText(machine)

  const outputs = outputsOf(machine, file, command)
  if (command.json !== true) printConsole(machine)
  const report = await runUntilStopped(machine, command, ports)
  clearProgress()

  const isComplete = await writeOutputs(outputs)
  print(machine, report, peekWords(machine, peeks), command.json === true)
  if (!isComplete) return exitCode.usage
  const forwarded = command.forward !== undefined && report.stopReason === 'aborted'
  return forwarded ? exitCode.ok : exitCodeOf(report, command.until, machine.console.text)
}

/** The files that are asked for. What watches the run begins to do so. */
function outputsOf(machine: Machine, file: string, command: RunCommand): Output[] {
  const { pcap, record, trace, signature } = command
  const outputs: Output[] = []
  if (pcap !== undefined) {
    const capture = new Capture(machine.network)
    outputs.push([pcap, () => capture.bytes()])
  }
  if (record !== undefined) {
    const recorder = new Recorder(machine)
    outputs.push([record, () => recorder.text(file, command.with)])
  }
  if (trace !== undefined) outputs.push([trace, () => traceFile(trace, machine.trace(), machine)])
  if (signature !== undefined) outputs.push([signature, () => signatureText(machine)])
  return outputs
}

/** Options that belong to one run and make no sense for two. */
const singleRunOptions = [
  ...(['forward', 'disk', 'pcap', 'trace', 'record', 'signature', 'peek', 'json'] as const),
]

/** Options that name a file to write. */
const outputOptions = ['pcap', 'trace', 'record', 'signature'] as const

/** What a snapshot decides, and what needs the run from its beginning. */
const beginningOptions = [
  ...(['harts', 'seed', 'timing', 'param', 'disk', 'with', 'record'] as const),
]

function checkCombination(command: RunCommand): void {
  const other = beginningOptions.find((name) => command[name] !== undefined)
  if (command.from !== undefined && other !== undefined) {
    throw new UsageError(`--from and --${other} cannot be used together; leave one out`)
  }
  if (command.base !== undefined && command.from === undefined) {
    throw new UsageError('--base belongs to --from, the snapshot that is a delta; name that too')
  }
  checkPurpose(command)
  for (const name of outputOptions) {
    const path = command[name]
    if (path !== undefined) checkWritable(path)
  }
}

function checkPurpose(command: RunCommand): void {
  const { forward, until } = command
  if (forward !== undefined && typeof until === 'object') {
    throw new UsageError('--until text:… and --forward cannot be used together; give a time')
  }
  if (command.checkDeterminism !== true) return
  const other = singleRunOptions.find((name) => command[name] !== undefined)
  if (other !== undefined) {
    throw new UsageError(
      `--check-determinism and --${other} cannot be used together; leave one out`,
    )
  }
}

/** The guest's console goes to the standard output as it is written. */
function printConsole(machine: Machine): void {
  machine.console.listen((text) => {
    clearProgress()
    process.stdout.write(text)
  })
}

/** Run until the goal, or until somebody wants an end; then everything asked for is still written. */
function runUntilStopped(
  machine: Machine,
  { until }: RunCommand,
  ports: OpenPorts | undefined,
): Promise<RunReport> {
  const onProgress = runProgress(machine.clockHz)
  return interruptibly((signal) => {
    if (ports === undefined) return machine.run({ until, signal, onProgress })
    const end = until === 'idle' ? undefined : (until as string | undefined)
    return runForwarded(machine, { ports, until: end, signal, onProgress })
  })
}

function sayForwardings(forwardings: Forwarding[]): void {
  for (const { hostPort, guestPort } of forwardings) {
    say(
      `listening on UDP port ${hostPort} of 127.0.0.1, which leads to port ${guestPort} of the guest; Ctrl+C ends the run`,
    )
  }
}

function print(
  machine: Machine,
  report: RunReport,
  peek: Record<string, number[]>,
  json: boolean,
): void {
  if (json) {
    console.log(JSON.stringify(resultObject(machine, report, peek)))
    return
  }
  const text = machine.console.text
  if (text !== '' && !text.endsWith('\n')) console.log()
  for (const [address, words] of Object.entries(peek)) {
    console.log(`${address}: ${words.map((word) => word.toString(16).padStart(8, '0')).join(' ')}`)
  }
  const reason = explain(report)
  if (reason !== undefined) say(reason)
  if (report.fault) for (const line of faultTrace(machine, report.fault)) say(`    ${line}`)
  console.log(summary(machine, report.events))
}

/** The object that `--json` prints. */
function resultObject(machine: Machine, report: RunReport, peek: Record<string, number[]>): object {
  const { stopReason, exitCode = null, fault, cycles, instructions } = report
  return {
    stopReason,
    exitCode,
    ...(fault === undefined ? {} : { fault: { ...fault, trace: faultTrace(machine, fault) } }),
    cycles,
    instret: instructions,
    stateHash: machine.stateHash(),
    console: machine.console.text,
    counters: { events: report.events, ...machine.counters() },
    peek,
  }
}

/** How the run ended, when that is not plain. */
function explain({ stopReason, exitCode, fault }: RunReport): string | undefined {
  if (fault !== undefined) return fault.message
  if (stopReason === 'exit') return exitCode === 0 ? undefined : `the guest exits with ${exitCode}`
  if (stopReason === 'limit') return 'the time limit is reached'
  if (stopReason === 'idle') return 'all harts sleep, and nothing is left that could wake them'
  if (stopReason === 'reset') return 'the guest asks for a reset'
  if (stopReason === 'aborted') return 'interrupted'
  return undefined
}
