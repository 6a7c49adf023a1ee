import type { Coroutine } from '../machine/coroutines.ts'
import type {
  Deadlock,
  DpcQueueView,
  HandleView,
  HartView,
  IrpView,
  PortView,
  ThreadView,
} from '../machine/views/index.ts'
import type { AnatomyRow, Percentiles, Span, Totals } from '../observe/index.ts'
import type { ExplainedFunction } from '../toolchain/explain.ts'

/** What the playground's page and its worker say to each other. Everything is plain data, so that it can be copied between them. */

/** The machine and the load it is put under. Texts carry their units. */
export interface RunConfiguration {
  /** Closed-loop clients, each with one request under way. */
  clients: number
  /** Requests of each client. */
  requests: number
  /** Pause of a client between an answer and its next request; the clients begin spread over it. */
  think: string
  /** UDP port of the guest that the clients talk to; on 53 they ask DNS questions, elsewhere they expect an echo. */
  port: number
  /** Propagation delay of the link in one direction. */
  delay: string
  /** Line rate of the link, such as `1gbps`. */
  bandwidth: string
  /** Share of frames lost in each direction, such as `2%`. */
  loss: string
  seed: number
  /** Number of harts, 1 to 8. */
  harts: number
  /** Numbers that the program asks for by name, such as `workers=2 wait=100`. */
  parameters: string
  /** Whether the machine has a disk with sample files. */
  disk: boolean
  /** Timing profile of the CPU. */
  timing: string
  /** Emulated time after which the run ends if nothing else ends it. */
  limit: string
}

export const defaultConfiguration: RunConfiguration = {
  clients: 64,
  requests: 4,
  think: '2ms',
  port: 7,
  delay: '50us',
  bandwidth: '1gbps',
  loss: '0%',
  seed: 1,
  harts: 1,
  parameters: '',
  disk: false,
  timing: 'ibex-small',
  limit: '5s',
}

/** One message about the program, of the compiler or about a fault. Lines and columns count from 1. */
export interface Problem {
  severity: 'error' | 'warning'
  message: string
  /** Empty when no file is known. */
  file: string
  /** 0 when no place in the file is known. */
  line: number
  column: number
  /** Characters from the column on; 0 when the compiler names a point. */
  length: number
}

/** One request as the selector lists it; without a network, one operation. */
export interface RequestSummary {
  id: number
  /** Cycles from wire to wire, or null when nothing was sent in answer. */
  serviceCycles: number | null
  beginCycle: number
}

/** Everything about one request. */
export interface RequestDetail {
  id: number
  /** Name of the async function that received it, or null when a thread did. */
  coroutine: string | null
  /** Source line of its await; 0 when nothing suspended. */
  line: number
  rows: AnatomyRow[]
  spans: Span[]
}

/** How often a line's await suspended, and for how long. */
export interface AwaitSummary {
  line: number
  suspensions: number
  /** Median cycles from suspension to resumption; null when it was never resumed. */
  medianCycles: number | null
}

export interface RunSummary {
  /** Why the machine stopped, or `answered` when the clients had all their answers. */
  stopReason: string
  exitCode: number | null
  cycles: number
  instructions: number
  events: number
  /** Sixteen hexadecimal digits. */
  stateHash: string
  clockHz: number
  totals: Totals
  /** Round trips the clients saw, in cycles; null when none was answered. */
  latency: Percentiles | null
  awaits: AwaitSummary[]
  requests: RequestSummary[]
  /** The request to show first, or null. */
  typical: number | null
}

/** What a hart does at a moment. */
export interface HartState extends HartView {
  /** Function in which its program counter stands. */
  place: string
}

/** What is in the machine at a moment of its run. */
export interface MachineState {
  clockHz: number
  /** The cycle at which the machine stands. */
  cycle: number
  harts: HartState[]
  coroutines: Coroutine[]
  /** Circles of waits. */
  deadlocks: Deadlock[]
  threads: ThreadView[]
  ports: PortView[]
  irps: IrpView[]
  dpcQueues: DpcQueueView[]
  handles: HandleView[]
  /** Event counters that are not 0, by name. */
  counters: Record<string, number>
}

/** How a run ended: with a summary, or before it began, or by an error that is no fault of the page. */
export type RunOutcome =
  | { kind: 'finished'; summary: RunSummary; problems: Problem[] }
  | { kind: 'stopped' }
  | { kind: 'rejected'; problems: Problem[] }
  | { kind: 'failed'; message: string }

/** Told while a run goes on. */
export interface RunListener {
  phase(phase: 'loading the compiler' | 'compiling' | 'running' | 'reading the trace'): void
  progress(cycle: number): void
  console(text: string): void
}

/** The worker's side. One run at a time; the last one's trace stays for questions. */
export interface Playground {
  /** Loads the compiler and warms it up, so that the first run does not wait for it. Fails where `run` would fail, too. */
  prepare(): Promise<void>
  run(
    source: string,
    fileName: string,
    configuration: RunConfiguration,
    listener: RunListener,
  ): Promise<RunOutcome>
  stop(): Promise<void>
  request(id: number): Promise<RequestDetail | null>
  /** What became of the last program's async functions. */
  functions(): Promise<ExplainedFunction[]>
  /** The machine at a cycle of the last run, or as the run left it. */
  machine(cycle?: number): Promise<MachineState | null>
  /** The last run as a Perfetto trace. */
  perfetto(): Promise<Uint8Array | null>
  /** The last run's frames as pcapng. */
  capture(): Promise<Uint8Array | null>
}
