/**
 * `nothread start`: what this is about, in one run. An async UDP echo serves clients over a link of 50 µs; one of its awaits is
 * taken apart, from the suspension to the frame on the wire and back.
 */

import { join } from 'node:path'
import { Machine } from '../machine/machine.ts'
import type { Trace } from '../machine/traceLog.ts'
import type { Clients } from '../net/clients.ts'
import { Capture } from '../net/pcapng.ts'
import { checkWritable, readProgram, shippedProgram, writeFile } from '../node/files.ts'
import {
  anatomyOf,
  anatomyText,
  grouped,
  joinOperations,
  textTable,
  totalsOf,
  typicalRequest,
} from '../observe/index.ts'
import type { Joined } from '../observe/index.ts'
import { latencyText } from './clients.ts'
import { exitCode } from './exit.ts'
import { summary, traceFile } from './outputs.ts'
import { clearProgress, complain, progress, runProgress } from './talk.ts'

export interface StartCommand {
  out: string
  clients: number
  requests: number
  seed?: number
}

const echoPort = 7
const delay = '50us'
/** By then the program has said that it listens. */
const boot = '5ms'
/** Pause of a client between answer and request. It keeps requests apart, so that the one taken apart did not queue behind others. */
const think = '2ms'
/** What the last answer leaves to do: the interrupt of its frame, and the coroutine's next await. */
const afterglow = '1ms'
/** Emulated time in which the clients must be done; far more than they need. */
const deadline = '10s'

/** Run the demonstration. Returns the exit code of the command. */
export async function startCommand(command: StartCommand): Promise<number> {
  const files = {
    trace: join(command.out, 'udp-echo.pftrace'),
    capture: join(command.out, 'udp-echo.pcapng'),
  }
  for (const path of Object.values(files)) checkWritable(path)
  progress('compiling udp-echo.ts')
  const program = await readProgram(shippedProgram('udp-echo.ts'))
  const machine = await Machine.create({ seed: command.seed, link: { delay }, trace: true })
  await machine.load(program)
  const capture = new Capture(machine.network)
  const onProgress = runProgress(machine.clockHz)
  await machine.run({ until: { text: '\n' }, for: boot })
  const load = machine.network.clients({
    port: echoPort,
    count: command.clients,
    requests: command.requests,
    think,
    stagger: Math.floor(machine.network.cycles(think) / command.clients),
  })
  await machine.run({ until: () => load.finished, for: deadline, onProgress })
  const report = await machine.run({ for: afterglow })
  clearProgress()

  const trace = machine.trace()
  writeFile(files.trace, traceFile(files.trace, trace, machine))
  writeFile(files.capture, capture.bytes())
  print(command, load, trace, machine.clockHz)
  console.log(`trace    ${files.trace}  (open it at https://ui.perfetto.dev)`)
  console.log(`capture  ${files.capture}  (open it with Wireshark; comments are cycles)\n`)
  console.log(summary(machine, report.events))
  if (load.finished) return exitCode.ok
  complain(`the clients did not finish: ${report.fault?.message ?? report.stopReason}`)
  return exitCode.failed
}

function print(command: StartCommand, load: Clients, trace: Trace, clockHz: number): void {
  const joined = joinOperations(trace.records)
  const { clients, requests } = command
  console.log(
    `udp-echo.ts, ${clients} clients, ${requests} requests each, a link of ${delay} each way\n`,
  )
  printAnatomy(joined)
  console.log('totals\n')
  console.log(textTable(Object.entries(totalsOf(trace.records, joined)).map(totalRow)))
  printLatencies(load, clockHz)
}

function printAnatomy(joined: Joined): void {
  const request = typicalRequest(joined)
  if (request === undefined) return
  console.log('anatomy of one await\n')
  console.log(`${anatomyText(anatomyOf(request))}\n`)
}

/** `contextSwitches` reads better as "context switches". */
function totalRow([name, count]: [string, number]): { what: string; count: number } {
  return { what: name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`), count }
}

function printLatencies({ latencies, counts }: Clients, clockHz: number): void {
  if (latencies.length === 0) return
  console.log(`\nlatency of ${grouped(counts.answers)} answers, both ways over the link included\n`)
  console.log(`${latencyText(latencies, clockHz)}\n`)
}
