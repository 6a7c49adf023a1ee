import { grouped } from '../../host/observe/index.ts'
import type {
  Playground,
  RequestDetail,
  RequestSummary,
  RunSummary,
} from '../../host/web/protocol.ts'
import { AnatomyTable } from './anatomyTable.ts'
import { html } from './dom.ts'
import { counted, duration } from './format.ts'
import { FunctionsView } from './functionsView.ts'
import { LaneView } from './laneView.ts'
import { MachineView } from './machineView.ts'
import { Picker } from './picker.ts'
import { Tabs } from './tabs.ts'

/** The result of a run: the figures; one request on its lanes and in its anatomy; the async functions; the machine at the end. */

type Source = Pick<Playground, 'request' | 'functions' | 'machine' | 'perfetto' | 'capture'>

export interface ReportOptions {
  /** Show a line of the program in the editor. */
  onLine(line: number): void
}

const requestTab = 'request'
const machineTab = 'machine'

/** How a run ended, by its stop reason. */
const stopTexts: Record<string, string> = {
  answered: 'every request was answered',
  idle: 'nothing is left to do and the machine sleeps',
  exit: 'the program ended',
  fault: 'the program faulted',
  limit: 'the limit of emulated time was reached',
}

/** The end of a run as a sentence. */
export function describeEnd(summary: RunSummary): string {
  const reason = stopTexts[summary.stopReason] ?? summary.stopReason
  const code = summary.exitCode === null ? '' : ` (exit code ${summary.exitCode})`
  return `Finished: ${reason}${code}.`
}

function tile(label: string, value: string, note: string): HTMLElement {
  return html('div', {}, html('dt', {}, label), html('dd', {}, value, html('small', {}, note)))
}

function figures(summary: RunSummary): HTMLElement {
  const { totals, latency, clockHz } = summary
  const time = (cycles: number) => duration(cycles, clockHz)
  const perRequest = totals.requests > 0 ? summary.instructions / totals.requests : 0
  return html(
    'dl',
    { class: 'figures' },
    tile(
      'Requests',
      grouped(totals.requests),
      perRequest ? `${grouped(Math.round(perRequest))} instructions each` : 'none over the wire',
    ),
    tile(
      'Latency, median',
      latency ? time(latency.p50) : '–',
      latency ? `p99 ${time(latency.p99)}` : 'no answer was expected',
    ),
    tile('Suspensions', grouped(totals.suspensions), 'awaits that gave the thread back'),
    tile('Interrupts', grouped(totals.interrupts), counted(totals.dpcs, 'DPC')),
    tile(
      'Port packets',
      grouped(totals.packets),
      totals.packets === 0 ? 'no completion port involved' : 'finished requests',
    ),
    tile('Context switches', grouped(totals.contextSwitches), 'between threads'),
  )
}

function runLine(summary: RunSummary, expected: string | undefined): HTMLElement {
  const hash = html(
    'code',
    {
      id: 'state-hash',
      title: 'Hash of the whole state of the machine: equal runs have equal hashes',
    },
    summary.stateHash,
  )
  const line = html(
    'p',
    { class: 'run-line' },
    html(
      'span',
      {},
      counted(summary.cycles, 'cycle'),
      ` = ${duration(summary.cycles, summary.clockHz)}`,
    ),
    html('span', {}, counted(summary.instructions, 'instruction')),
    html('span', {}, counted(summary.events, 'event')),
    html('span', {}, 'state hash ', hash),
  )
  if (expected !== undefined) line.append(comparison(summary.stateHash === expected))
  return line
}

function comparison(same: boolean): HTMLElement {
  const text = same ? '✓ same result as the sender' : '✗ not the sender’s result'
  return html('span', { class: same ? 'same' : 'different' }, text)
}

export class Report {
  private readonly lanes = new LaneView({ onSelect: (span) => this.anatomy.highlight(span) })
  private readonly anatomy = new AnatomyTable({ onCycle: (cycle) => this.showMachine(cycle) })
  private readonly machine: MachineView
  private readonly picker = new Picker({
    label: 'Request',
    noun: 'request',
    onChoose: (id) => void this.choose(Number(id)),
  })
  private readonly caption = html('p', { class: 'request-note' })
  private readonly head = html('div')
  private readonly tabs: Tabs
  private readonly source: Source
  private summary: RunSummary | null = null

  constructor(element: HTMLElement, source: Source, { onLine }: ReportOptions) {
    this.source = source
    const functions = new FunctionsView({ source, onLine })
    this.machine = new MachineView(source)
    const shown = (view: { show(): Promise<void> }) => () => {
      if (this.summary) void view.show()
    }
    const tabs = [
      { id: requestTab, title: 'One request', panel: this.requestPanel() },
      {
        ...{ id: 'functions', title: 'Async functions' },
        ...{ panel: functions.element, onShow: shown(functions) },
      },
      {
        ...{ id: machineTab, title: 'The machine' },
        ...{ panel: this.machine.element, onShow: shown(this.machine) },
      },
    ]
    this.tabs = new Tabs('Views of the run', tabs, this.downloads())
    element.append(this.head, this.tabs.element)
  }

  private requestPanel(): HTMLElement {
    return html(
      'div',
      { class: 'request' },
      this.picker.element,
      this.caption,
      html('h3', {}, 'On the lanes'),
      this.lanes.element,
      html('h3', {}, 'Anatomy'),
      this.anatomy.element,
    )
  }

  /** Shows what was in the machine at a cycle of the run. */
  private showMachine(cycle: number): void {
    this.machine.at(cycle)
    this.tabs.select(machineTab)
  }

  /** Shows a finished run. `expected` is the state hash that came with a shared link. */
  async show(summary: RunSummary, expected?: string): Promise<void> {
    this.summary = summary
    this.head.replaceChildren(runLine(summary, expected), figures(summary))
    this.picker.label = summary.totals.requests > 0 ? 'Request' : 'Await'
    this.picker.offer(summary.requests.map((request, index) => this.entry(request, index)))
    this.machine.offer([])
    this.tabs.offer(requestTab, summary.requests.length > 0)
    this.tabs.refresh()
    if (summary.typical !== null) await this.choose(summary.typical)
  }

  private entry(request: RequestSummary, index: number): [value: string, text: string] {
    const clockHz = this.summary?.clockHz ?? 1
    const took =
      request.serviceCycles === null
        ? ''
        : `, ${duration(request.serviceCycles, clockHz)} in the machine`
    return [String(request.id), `${index + 1}: operation ${request.id}${took}`]
  }

  private async choose(id: number): Promise<void> {
    this.picker.value = String(id)
    const detail = await this.source.request(id)
    if (!detail || this.picker.value !== String(id)) return
    this.caption.textContent = this.describe(detail)
    this.lanes.show(detail.spans)
    this.anatomy.show(detail.rows)
    this.machine.offer(detail.rows)
  }

  /** One sentence on what this request shows. */
  private describe({ rows, spans, coroutine, line }: RequestDetail): string {
    const clockHz = this.summary?.clockHz ?? 1
    const suspended = spans.filter(({ state }) => state === 'suspended')
    const blocked = spans.filter(({ title }) => title === 'thread blocked')
    const cycles = (list: typeof spans) =>
      list.reduce((sum, { begin, end }) => sum + end - begin, 0)
    const total = rows.length > 0 ? rows[rows.length - 1].cycle - rows[0].cycle : 0
    const lasted = `${counted(rows.length, 'record')} over ${duration(total, clockHz)}. `
    if (suspended.length > 0) {
      const name = coroutine === null ? '' : ` ${coroutine}, at line ${line},`
      return `${lasted}Its coroutine${name} was suspended for ${duration(cycles(suspended), clockHz)} of that; no thread waited for it.`
    }
    if (blocked.length === 0) return lasted
    return `${lasted}A thread stood blocked for ${duration(cycles(blocked), clockHz)} of that, and could do nothing else.`
  }

  private downloads(): HTMLElement {
    const button = (text: string, name: string, bytes: () => Promise<Uint8Array | null>) => {
      const element = html('button', { type: 'button', class: 'quiet' }, text)
      element.addEventListener('click', () => void bytes().then((data) => data && save(name, data)))
      return element
    }
    return html(
      'div',
      { class: 'downloads', role: 'group', 'aria-label': 'Files of this run' },
      button('Perfetto trace', 'nothread.pftrace', () => this.source.perfetto()),
      button('Wireshark capture', 'nothread.pcapng', () => this.source.capture()),
    )
  }
}

function save(name: string, bytes: Uint8Array): void {
  const address = URL.createObjectURL(new Blob([bytes as BlobPart]))
  html('a', { href: address, download: name }).click()
  URL.revokeObjectURL(address)
}
