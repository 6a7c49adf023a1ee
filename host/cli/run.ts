/** `nothread run`: load a program, run it, and leave behind what was asked for. */

import { faultTrace } from '../debug/source/fault.ts'
import type { Until } from '../machine/goal.ts'
import type { Machine } from '../machine/machine.ts'
import type { TimingProfile } from '../machine/options.ts'
import type { Parameters } from '../machine/parameters.ts'
import { Recorder } from '../machine/recording.ts'
import type { RunReport } from '../machine/report.ts'
import type { ClientOptions, Clients } from '../net/clients.ts'
import type { LinkOptions } from '../net/link.ts'
import { Capture } from '../net/pcapng.ts'
import { checkWritable } from '../node/files.ts'
import type { Forwarding } from '../node/forward.ts'
import { OpenPorts, runForwarded } from '../node/forward.ts'
import { clientsText, runWithClients } from './clients.ts'
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
  clients?: ClientOptions
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
  const { report, load: served } = await runUntilStopped(machine, command, ports)
  clearProgress()

  const isComplete = await writeOutputs(outputs)
  print(machine, report, { peek: peekWords(machine, peeks), served }, command.json === true)
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
  ...([
    'forward',
    'clients',
    'disk',
    'pcap',
    'trace',
    'record',
    'signature',
    'peek',
    'json',
  ] as const),
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
  const { forward, until, clients } = command
  if (clients !== undefined && forward !== undefined) {
    throw new UsageError('--clients and --forward cannot be used together; leave one out')
  }
  if (clients !== undefined && (until === 'idle' || typeof until === 'object')) {
    throw new UsageError('--clients end the run themselves; give --until a time, or leave it out')
  }
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
  { until, clients }: RunCommand,
  ports: OpenPorts | undefined,
): Promise<{ report: RunReport; load?: Clients }> {
  const onProgress = runProgress(machine.clockHz)
  return interruptibly(async (signal) => {
    const options = { until, signal, onProgress }
    if (clients !== undefined) return runWithClients(machine, clients, options)
    if (ports === undefined) return { report: await machine.run(options) }
    const end = until === 'idle' ? undefined : (until as string | undefined)
    return { report: await runForwarded(machine, { ports, until: end, signal, onProgress }) }
  })
}

function sayForwardings(forwardings: Forwarding[]): void {
  for (const { hostPort, guestPort } of forwardings) {
    say(
      `listening on UDP port ${hostPort} of 127.0.0.1, which leads to port ${guestPort} of the guest; Ctrl+C ends the run`,
    )
  }
}

/** What is printed beside the report: words of memory, and what clients have seen. */
interface Seen {
  peek: Record<string, number[]>
  served?: Clients
}

function print(machine: Machine, report: RunReport, seen: Seen, json: boolean): void {
  const { peek, served } = seen
  if (json) {
    console.log(JSON.stringify(resultObject(machine, report, seen)))
    return
  }
  const text = machine.console.text
  if (text !== '' && !text.endsWith('\n')) console.log()
  for (const [address, words] of Object.entries(peek)) {
    console.log(`${address}: ${words.map((word) => word.toString(16).padStart(8, '0')).join(' ')}`)
  }
  const reason = explain(report)
  if (reason !== undefined) say(reason)
  if (report.stopReason === 'idle') for (const line of sleepReasons(machine)) say(line)
  if (served !== undefined) console.log(clientsText(served, machine.clockHz))
  if (report.fault) for (const line of faultTrace(machine, report.fault)) say(`    ${line}`)
  console.log(summary(machine, report.events))
}

/** The object that `--json` prints. */
function resultObject(machine: Machine, report: RunReport, { peek, served }: Seen): object {
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
    ...(served === undefined ? {} : { clients: { ...served.counts, latencies: served.latencies } }),
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

/** Why nothing wakes a machine that sleeps for ever. */
function sleepReasons(machine: Machine): string[] {
  const circles = machine.deadlocks().map(({ description }) => `deadlock: ${description}`)
  if (!machine.irps().some(({ request }) => request.startsWith('AFD_RECEIVE'))) return circles
  return [...circles, 'a program waits for datagrams: --clients or --forward brings some']
}
