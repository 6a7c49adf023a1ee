/** Commands for `monitor` in GDB and for the terminal: what the machine knows and a debugger does not. */
import type { Machine } from '../machine/machine.ts'
import type { DpcView } from '../machine/views/index.ts'
import { SourceView } from './source/view.ts'

interface Command {
  doc: string
  run: (machine: Machine) => string
}

const commands: Record<string, Command> = {
  help: { doc: 'this list', run: listCommands },
  cycles: { doc: 'the present cycle and the instructions so far', run: showCycles },
  hash: { doc: 'hash of the whole architectural state', run: (machine) => machine.stateHash() },
  counters: { doc: 'event counters that are not 0', run: showCounters },
  console: { doc: 'what the guest has printed', run: (machine) => machine.consoleText },
  coroutines: { doc: 'suspended coroutines, each above what it awaits', run: showCoroutines },
  threads: { doc: 'threads of the executive and what they wait for', run: showThreads },
  scheduler: { doc: 'what each hart runs, and which threads are ready', run: showScheduler },
  ports: { doc: 'completion ports: packets, threads in them, waiting threads', run: showPorts },
  dpcs: { doc: 'DPC queues of the harts', run: showDpcs },
  irps: { doc: 'requests that are under way', run: showIrps },
  handles: { doc: 'open handles', run: showHandles },
}

/** Whether there is a command of this name. */
export function isMonitorCommand(name: string): boolean {
  return Object.hasOwn(commands, name)
}

/** The answer to a command, ending with a line break; undefined for an unknown one. */
export function monitor(machine: Machine, command: string): string | undefined {
  if (!isMonitorCommand(command)) return undefined
  const text = commands[command].run(machine)
  return text.endsWith('\n') ? text : `${text}\n`
}

function listCommands(): string {
  return Object.entries(commands)
    .map(([name, { doc }]) => `${name.padEnd(12)}${doc}`)
    .join('\n')
}

function showCycles(machine: Machine): string {
  return `cycle ${machine.cycles}, ${machine.instructions} instructions`
}

function showCounters(machine: Machine): string {
  const counted = Object.entries(machine.counters()).filter(([, count]) => count !== 0)
  return counted.map(([name, count]) => `${name.padEnd(32)}${count}`).join('\n')
}

function showCoroutines(machine: Machine): string {
  const { memory } = machine
  const read = (address: number, count: number): Uint8Array =>
    memory.holds(address, count) ? memory.bytes(address, count) : new Uint8Array(0)
  return new SourceView(machine, read).coroutines() || 'no coroutine is suspended'
}

const orNone = (lines: string[], what: string): string => lines.join('\n') || `no ${what}`

const hex = (value: number): string => `0x${value.toString(16)}`

function showThreads(machine: Machine): string {
  const lines = machine.threads().map(({ number, state, priority, hart, ...thread }) => {
    const { waitsFor, waitAll, place, pc } = thread
    const waits =
      waitsFor.length === 0 ? '' : `, waits for ${waitsFor.join(waitAll ? ' and ' : ' or ')}`
    const where = place === undefined ? hex(pc) : `${place.function} (${place.file}:${place.line})`
    const on = hart === undefined ? '' : ` on hart ${hart}`
    return `thread ${number}  priority ${priority}  ${state}${on}${waits}  at ${where}`
  })
  return orNone(lines, 'threads')
}

function showScheduler(machine: Machine): string {
  const { harts, ready } = machine.scheduler()
  const running = harts.map(({ hart, irql, thread }) => {
    const what = thread === undefined ? 'idle' : `thread ${thread}`
    return `hart ${hart}  IRQL ${irql}  ${what}`
  })
  const waiting = ready.map(({ priority, threads }) => `ready at ${priority}: ${threads.join(' ')}`)
  return orNone([...running, ...waiting], 'scheduler')
}

function showPorts(machine: Machine): string {
  const lines = machine
    .ports()
    .flatMap(({ handle, unit, active, concurrency, packets, waiting }) => [
      `port ${hex(handle)}  unit ${unit}  ${active} of ${concurrency} threads run, ${numbers('waiting', waiting)}`,
      ...packets.map(
        ({ kind, key, context, operation }) =>
          `  packet: ${kind}, key ${hex(key)}, context ${hex(context)}, operation ${operation}`,
      ),
    ])
  return orNone(lines, 'completion ports')
}

function numbers(what: string, threads: readonly number[]): string {
  return `${what}: ${threads.length === 0 ? 'none' : threads.join(' ')}`
}

function showDpcs(machine: Machine): string {
  const lines = machine.dpcQueues().flatMap(({ hart, active, requested, running, ...queues }) => {
    const state = active ? 'draining' : requested ? 'requested' : 'at rest'
    return [
      `hart ${hart}  ${state}${running === undefined ? '' : `, runs ${running}`}`,
      ...queues.ordinary.map(describeDpc('ordinary')),
      ...queues.threaded.map(describeDpc('threaded')),
    ]
  })
  return orNone(lines, 'DPC queues')
}

function describeDpc(queue: string): (dpc: DpcView) => string {
  return ({ routine, context, importance }) =>
    `  ${queue}: ${routine}, context ${hex(context)}, importance ${importance}`
}

function showIrps(machine: Machine): string {
  const lines = machine
    .irps()
    .map(({ operation, thread, device, request, state, cancel, since }) => {
      const by = thread === undefined ? '' : `  thread ${thread}`
      const end = cancel ? ', cancelled' : ''
      return `operation ${operation}${by}  ${request} on ${device}  ${state}${end} since cycle ${since}`
    })
  return orNone(lines, 'requests')
}

function showHandles(machine: Machine): string {
  const lines = machine
    .handles()
    .map(({ handle, type, name, references, signal }) =>
      [hex(handle), type, name, `references ${references}`, `signal ${signal}`].join('  '),
    )
  return orNone(lines, 'handles')
}
