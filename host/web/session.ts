import type { AssetSource } from '../assets.ts'
import type { CoreSource } from '../machine/core.ts'
import { Machine } from '../machine/machine.ts'
import { parseParameters } from '../machine/parameters.ts'
import type { TimingProfile } from '../machine/options.ts'
import type { Program } from '../machine/program.ts'
import type { RunReport } from '../machine/report.ts'
import type { Clients } from '../net/clients.ts'
import { Capture } from '../net/pcapng.ts'
import {
  anatomyOf,
  answeredRequests,
  joinOperations,
  lanesOf,
  percentiles,
  perfettoTrace,
  serviceCycles,
  totalsOf,
  typicalRequest,
} from '../observe/index.ts'
import type { Joined, Operation, Request, TraceRecord } from '../observe/index.ts'
import { CompileError } from '../toolchain/frontend/diagnostic.ts'
import type { Diagnostic } from '../toolchain/frontend/diagnostic.ts'
import { SymbolIndex, lineAt } from '../toolchain/elf/image.ts'
import { awaitSummaries } from './awaits.ts'
import { Compiler } from './compiler.ts'
import { loadFor, sampleDisk } from './loads.ts'
import type { ExplainedFunction } from '../toolchain/explain.ts'
import type {
  MachineState,
  Playground,
  Problem,
  RequestDetail,
  RunConfiguration,
  RunListener,
  RunOutcome,
  RunSummary,
} from './protocol.ts'
import { loadToolchain } from '../toolchain/load.ts'

/**
 * The worker's side of the playground: compiles a program, runs it under a load with the trace on, and answers questions about the
 * run. It uses the library as any other caller does and knows nothing of workers, so that Node runs it too.
 */

/** Where core, kernel and runtime are, when they are not at their usual places. */
export interface SessionOptions {
  wasm?: CoreSource
  kernel?: AssetSource
  guest?: AssetSource
}

/** A program has this long to print its first line, by which it says that it is listening. */
const BOOT_LIMIT = '5ms'
/** After the last answer the machine finishes what it has begun. */
const SETTLING_TIME = '1ms'
const CLIENT_TIMEOUT = '10ms'

interface Run {
  source: string
  fileName: string
  machine: Machine
  capture: Capture
  records: TraceRecord[]
  joined: Joined
}

export class Session implements Playground {
  private readonly options: SessionOptions
  private readonly compiler: Compiler
  private abort = new AbortController()
  private last: Run | null = null
  private moment: Promise<unknown> = Promise.resolve()

  constructor(options: SessionOptions = {}) {
    this.options = options
    this.compiler = new Compiler(options.guest)
  }

  prepare(): Promise<void> {
    return this.compiler.prepare()
  }

  async run(
    source: string,
    fileName: string,
    configuration: RunConfiguration,
    listener: RunListener,
  ): Promise<RunOutcome> {
    this.abort = new AbortController()
    this.last = null
    try {
      if (!this.compiler.isLoaded) {
        listener.phase('loading the compiler')
        await this.compiler.load()
      }
      listener.phase('compiling')
      const program = await this.compiler.compile(source, fileName)
      if (this.abort.signal.aborted) return { kind: 'stopped' }
      return await this.execute({ program, source, fileName }, configuration, listener)
    } catch (error) {
      if (error instanceof CompileError) {
        return { kind: 'rejected', problems: error.diagnostics.map(toProblem) }
      }
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
    }
  }

  async stop(): Promise<void> {
    this.abort.abort()
  }

  async request(id: number): Promise<RequestDetail | null> {
    const request = this.last?.joined.requests.find((candidate) => candidate.id === id)
    if (!this.last || !request) return null
    const [first] = request.operations
    return {
      id,
      coroutine: coroutineName(this.last, first),
      line: first.line,
      rows: anatomyOf(request),
      spans: lanesOf(request),
    }
  }

  async functions(): Promise<ExplainedFunction[]> {
    const image = this.last?.machine.images.at(-1)
    if (!this.last || !image) return []
    const { source, fileName } = this.last
    const { explain } = await loadToolchain()
    const lines = source.split('\n')
    return explain(image, { source: (file) => (file === fileName ? lines : undefined) })
  }

  async machine(cycle = Infinity): Promise<MachineState | null> {
    if (!this.last) return null
    const { machine } = this.last
    // One after the other: a machine can go to one moment at a time.
    const moment = this.moment.then(() => bringTo(machine, cycle)).then(() => stateOf(machine))
    this.moment = moment.catch(() => undefined)
    return moment
  }

  async perfetto(): Promise<Uint8Array | null> {
    if (!this.last) return null
    const { machine, records, joined } = this.last
    const symbols = symbolsOf(machine)
    return perfettoTrace(records, joined, {
      clockHz: machine.clockHz,
      functionName: (address) => symbols.describe(address),
    })
  }

  async capture(): Promise<Uint8Array | null> {
    return this.last?.capture.bytes() ?? null
  }

  private async execute(
    { program, ...text }: { program: Program; source: string; fileName: string },
    configuration: RunConfiguration,
    listener: RunListener,
  ): Promise<RunOutcome> {
    const machine = await this.createMachine(configuration)
    machine.console.listen((text) => listener.console(text))
    if (configuration.disk) machine.insertDisk(sampleDisk())
    await machine.load(program)
    const capture = new Capture(machine.network)
    listener.phase('running')
    const { report, clients } = await this.runLoad(machine, configuration, listener)
    if (report.stopReason === 'aborted') return { kind: 'stopped' }
    listener.phase('reading the trace')
    const { records } = machine.trace()
    this.last = { ...text, machine, capture, records, joined: joinOperations(records) }
    const problems = faultProblems(machine, report)
    return { kind: 'finished', summary: summarize(this.last, report, clients), problems }
  }

  private createMachine(configuration: RunConfiguration): Promise<Machine> {
    const { seed, harts, timing, delay, bandwidth, loss, parameters } = configuration
    return Machine.create({
      seed,
      harts,
      parameters: parseParameters(parameters),
      timing: timing as TimingProfile,
      link: { delay, bandwidth, loss },
      trace: true,
      history: true,
      wasm: this.options.wasm,
      kernel: this.options.kernel,
    })
  }

  /** Boots, lets the clients work, and lets the machine come to rest. */
  private async runLoad(
    machine: Machine,
    configuration: RunConfiguration,
    listener: RunListener,
  ): Promise<{ report: RunReport; clients: Clients | null }> {
    const common = { signal: this.abort.signal, onProgress: (at: number) => listener.progress(at) }
    const { limit } = configuration
    if (configuration.clients === 0) {
      return { report: await machine.run({ until: limit, ...common }), clients: null }
    }
    const boot = await machine.run({ until: { text: '\n' }, for: BOOT_LIMIT, ...common })
    if (ended(boot)) return { report: boot, clients: null }
    const clients = startClients(machine, configuration)
    const report = await machine.run({ until: () => clients.finished, for: limit, ...common })
    if (ended(report) || !clients.finished) return { report, clients }
    return { report: await machine.run({ for: SETTLING_TIME, ...common }), clients }
  }
}

/** Brings a machine to a cycle of its run, forwards or back, or to the nearest one that it can go to. */
async function bringTo(machine: Machine, cycle: number): Promise<void> {
  const { oldest, present } = machine.history ?? { oldest: 0, present: machine.cycles }
  const goal = Math.min(Math.max(cycle, oldest), present)
  if (goal < machine.cycles) await machine.runBackTo(goal)
  else if (machine.inPast) await machine.run({ until: goal })
}

function stateOf(machine: Machine): MachineState {
  const symbols = symbolsOf(machine)
  const counted = Object.entries(machine.counters()).filter(([, count]) => count !== 0)
  const harts = machine.scheduler().harts.map((hart) => {
    const { pc } = machine.registers(hart.hart)
    return { ...hart, place: symbols.describe(pc) ?? '' }
  })
  return {
    clockHz: machine.clockHz,
    cycle: machine.cycles,
    harts,
    coroutines: machine.coroutines(),
    deadlocks: machine.deadlocks(),
    threads: machine.threads(),
    ports: machine.ports(),
    irps: machine.irps(),
    dpcQueues: machine.dpcQueues(),
    handles: machine.handles(),
    counters: Object.fromEntries(counted),
  }
}

function symbolsOf(machine: Machine): SymbolIndex {
  return new SymbolIndex(machine.images.flatMap(({ symbols }) => symbols))
}

/** Symbols of the runtime begin with the library's prefix. */
function isRuntime(symbol: string | undefined): boolean {
  return symbol === undefined || symbol.startsWith('~lib/')
}

/** The async function that awaits an operation: `serve` for the symbol `udp-echo/serve.descriptor`. */
function coroutineName({ machine, records }: Run, operation: Operation): string | null {
  const before = operation.records[0].index
  const start = records.findLast(
    ({ name, a, index }) => name === 'task.start' && a === operation.task && index < before,
  )
  const symbol = start && symbolsOf(machine).describe(start.b)
  return symbol?.replace(/\.descriptor$/, '').replace(/^.*\//, '') ?? null
}

function ended({ stopReason }: RunReport): boolean {
  return ['exit', 'fault', 'reset', 'aborted'].includes(stopReason)
}

function startClients(machine: Machine, configuration: RunConfiguration): Clients {
  const { port, clients: count, requests, think } = configuration
  const stagger = Math.floor(machine.network.cycles(think) / count)
  return machine.network.clients({
    ...{ port, count, requests, think, stagger, timeout: CLIENT_TIMEOUT },
    ...loadFor(port),
  })
}

function toProblem(diagnostic: Diagnostic): Problem {
  const { file, line, column, length, cause, remedy } = diagnostic
  const message = remedy === '' ? cause : `${cause} ${remedy}`
  return { severity: 'error', message, file, line, column, length }
}

/** A fault, at the line of the program that it happened on, if it did there. */
function faultProblems(machine: Machine, { fault }: RunReport): Problem[] {
  if (!fault) return []
  const image = machine.images.at(-1)
  const place = image && lineAt(image, fault.pc)
  const { file, line, column } = place ?? { file: '', line: 0, column: 0 }
  return [{ severity: 'error', message: fault.message, file, line, column, length: 0 }]
}

function summarize(run: Run, report: RunReport, clients: Clients | null): RunSummary {
  const { machine, records, joined } = run
  const listed = listedRequests(joined)
  const symbols = symbolsOf(machine)
  return {
    stopReason: clients?.finished && !ended(report) ? 'answered' : report.stopReason,
    exitCode: report.stopReason === 'exit' ? (report.exitCode ?? null) : null,
    cycles: report.cycles,
    instructions: report.instructions,
    events: report.events,
    stateHash: machine.stateHash(),
    clockHz: machine.clockHz,
    totals: totalsOf(records, joined),
    latency: clients ? percentiles(clients.latencies) : null,
    awaits: awaitSummaries(records, (descriptor) => !isRuntime(symbols.describe(descriptor))),
    requests: listed.map((request) => ({
      id: request.id,
      serviceCycles: serviceCycles(request),
      beginCycle: request.records[0].cycle,
    })),
    typical: typicalRequest(joined)?.id ?? listed[0]?.id ?? null,
  }
}

/** The requests over the wire; for a program without any, whatever else it awaited. */
function listedRequests(joined: Joined): Request[] {
  const answered = answeredRequests(joined)
  return answered.length > 0 ? answered : joined.requests.filter(({ complete }) => complete)
}
