import type { Coroutine } from '../../host/machine/coroutines.ts'
import type { DpcQueueView, IrpView, PortView, ThreadView } from '../../host/machine/views/index.ts'
import { grouped } from '../../host/observe/index.ts'
import type { AnatomyRow } from '../../host/observe/index.ts'
import type { HartState, MachineState, Playground } from '../../host/web/protocol.ts'
import { dataTable } from './dataTable.ts'
import { html } from './dom.ts'
import type { Child } from './dom.ts'
import { duration } from './format.ts'
import { Picker } from './picker.ts'

/** What is in the machine at a moment of the run: who runs, who waits for what, and what the executive holds. */

type Source = Pick<Playground, 'machine'>

/** Longer lists are cut: the first ones show what they are. */
const MOST_ROWS = 24
const END = 'end'

export class MachineView {
  readonly element: HTMLElement
  private readonly source: Source
  private readonly tables = html('div')
  private readonly note = html('p', { class: 'request-note' })
  private readonly picker = new Picker({
    label: 'At',
    noun: 'moment',
    onChoose: () => void this.show(),
  })

  constructor(source: Source) {
    this.source = source
    this.element = html('div', { class: 'machine' }, this.picker.element, this.note, this.tables)
  }

  /** Offers the moments of a request, and the end of the run, which is chosen. */
  offer(rows: readonly AnatomyRow[]): void {
    const moments = new Map(rows.map(({ cycle, event }) => [cycle, `${grouped(cycle)} ${event}`]))
    const entries = [...moments].map(([cycle, text]) => [String(cycle), text] as const)
    this.picker.offer([...entries, [END, 'the end of the run']])
    this.picker.value = END
  }

  /** Chooses a moment of the request. */
  at(cycle: number): void {
    this.picker.value = String(cycle)
  }

  async show(): Promise<void> {
    const { value } = this.picker
    const state = await this.source.machine(value === END ? undefined : Number(value))
    if (!state || value !== this.picker.value) return
    const time = duration(state.cycle, state.clockHz)
    this.note.textContent = `Cycle ${grouped(state.cycle)}, ${time} after reset. Looking disturbs nothing.`
    this.tables.replaceChildren(...tables(state))
  }
}

function tables(state: MachineState): HTMLElement[] {
  const time = (cycle: number) => duration(cycle, state.clockHz)
  return [
    ...state.deadlocks.map((deadlock) =>
      html('p', { class: 'deadlock' }, html('strong', {}, 'Deadlock: '), deadlock.description),
    ),
    list('Harts', ['Hart', 'Thread', 'IRQL', 'Program counter in'], state.harts, hartRow),
    list('Coroutines', coroutineHeadings, awaitsOf(state.coroutines), coroutineRow),
    list('Threads', threadHeadings, state.threads, (thread) => threadRow(thread, time)),
    list('I/O requests', irpHeadings, state.irps, (irp) => irpRow(irp, time)),
    list('Completion ports', portHeadings, state.ports, portRow),
    list('DPC queues', ['Hart', 'Running', 'Queued'], state.dpcQueues, dpcRow),
    list('Handles', ['Handle', 'Object', 'Signal', 'References'], state.handles, (handle) => [
      hex(handle.handle),
      handle.name,
      String(handle.signal),
      String(handle.references),
    ]),
    list('Counters', ['Counter', 'Count'], Object.entries(state.counters), ([name, count]) => [
      name,
      grouped(count),
    ]),
  ]
}

function list<T>(
  title: string,
  headings: readonly string[],
  items: readonly T[],
  row: (item: T) => Child[],
): HTMLElement {
  const shown = items.slice(0, MOST_ROWS)
  const rest = items.length - shown.length
  const heading = html('h3', {}, `${title} `, html('small', {}, items.length === 0 ? 'none' : ''))
  if (shown.length === 0) return html('section', {}, heading)
  const more = rest > 0 ? [html('p', { class: 'request-note' }, `and ${grouped(rest)} more.`)] : []
  return html('section', {}, heading, dataTable(title, headings, shown.map(row)), ...more)
}

function hartRow({ hart, thread, irql, place }: HartState): Child[] {
  const runs = thread === undefined ? 'none: it sleeps' : String(thread)
  return [String(hart), runs, String(irql), html('code', {}, place)]
}

function dpcRow({ hart, running, ordinary, threaded }: DpcQueueView): Child[] {
  const routines = [...ordinary, ...threaded].map(({ routine }) => html('code', {}, routine))
  return [String(hart), html('code', {}, running ?? ''), html('span', {}, ...routines)]
}

const coroutineHeadings = ['Function', 'Line', 'How many', 'Wait for', 'Keep (the first of them)']
/** As many waits are named as a cell has room for. */
const MOST_WAITS = 2

/** Coroutines that are suspended at one await, together. */
function awaitsOf(coroutines: readonly Coroutine[]): Coroutine[][] {
  const groups = new Map<string, Coroutine[]>()
  for (const coroutine of coroutines) {
    const { file, name, line } = coroutine
    const key = `${file} ${name} ${line}`
    const group = groups.get(key)
    if (group) group.push(coroutine)
    else groups.set(key, [coroutine])
  }
  return [...groups.values()]
}

function coroutineRow(group: readonly Coroutine[]): Child[] {
  const [{ name, line, kept }] = group
  const waits = group.slice(0, MOST_WAITS).map(({ waitsFor }) => waitsFor)
  const more = group.length > MOST_WAITS ? ', …' : ''
  const values = kept.map((value) => `${value.name} = ${value.words.map(hex).join(' ')}`)
  return [
    html('code', {}, name),
    String(line),
    grouped(group.length),
    waits.join(', ') + more,
    html('code', {}, values.join(', ')),
  ]
}

function hex(value: number): string {
  return `0x${value.toString(16)}`
}

const threadHeadings = ['Thread', 'State', 'Waits for', 'Since', 'Where']

function threadRow(thread: ThreadView, time: (cycle: number) => string): Child[] {
  const { number, state, hart, waitsFor, since, place } = thread
  return [
    String(number),
    hart === undefined ? state : `${state} on hart ${hart}`,
    waitsFor.join(', '),
    since === undefined ? '' : time(since),
    place === undefined ? '' : html('code', {}, place.function.replace(/^.*\//, '')),
  ]
}

const irpHeadings = ['Operation', 'Request', 'Device', 'State', 'Since']

function irpRow(irp: IrpView, time: (cycle: number) => string): Child[] {
  const state = irp.cancel ? `${irp.state}, to be cancelled` : irp.state
  return [String(irp.operation), irp.request, irp.device, state, time(irp.since)]
}

const portHeadings = ['Handle', 'Threads that run', 'Threads that wait', 'Packets']

function portRow({ handle, active, concurrency, waiting, packets }: PortView): Child[] {
  return [hex(handle), `${active} of ${concurrency}`, waiting.join(', '), String(packets.length)]
}
