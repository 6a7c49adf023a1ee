import type { Playground } from '../../host/web/protocol.ts'
import type { ExplainedFunction, ExplainedState } from '../../host/toolchain/explain.ts'
import { dataTable } from './dataTable.ts'
import { html } from './dom.ts'
import type { Child } from './dom.ts'
import { counted } from './format.ts'

/** What the compiler made of the program's async functions: their states, what each keeps in its frame, and the code of a state. */

type Source = Pick<Playground, 'functions'>

export interface FunctionsOptions {
  source: Source
  /** Show a line of the program in the editor. */
  onLine(line: number): void
}

const headings = ['State', 'Line', 'Begins behind', 'Kept', 'Read later', 'Then', 'Code']

export class FunctionsView {
  readonly element = html('div', { class: 'functions' })
  private readonly options: FunctionsOptions

  constructor(options: FunctionsOptions) {
    this.options = options
  }

  async show(): Promise<void> {
    const functions = await this.options.source.functions()
    const none = html('p', {}, 'The program has no async function.')
    const shown = functions.map((explained) => this.section(explained))
    this.element.replaceChildren(...(shown.length === 0 ? [none] : shown))
  }

  private section(explained: ExplainedFunction): HTMLElement {
    const { name, states, frameBytes, slots, bytes } = explained
    const note = `A frame of ${frameBytes} bytes, of which ${counted(slots, 'word')} for values; ${bytes} bytes of code. It is its own Task.`
    const rows = states.map((state) => this.row(state))
    return html(
      'section',
      {},
      html('h3', {}, html('code', {}, name)),
      html('p', { class: 'request-note' }, note),
      dataTable(`States of ${name}`, headings, rows),
    )
  }

  private row(state: ExplainedState): Child[] {
    const { number, line, source, live, reads, next, code } = state
    const link = html('button', { type: 'button', class: 'link' }, String(line))
    link.addEventListener('click', () => this.options.onLine(line))
    const kept = live.map(({ name, bytes }) => `${name} (${bytes})`).join(', ')
    const then = next.length === 0 ? 'ends' : `waits as ${next.join(', ')}`
    const begins = number === 0 ? 'the call' : html('code', {}, source)
    return [
      String(number),
      link,
      begins,
      kept === '' ? 'nothing' : kept,
      reads.join(', '),
      then,
      codeOf(code),
    ]
  }
}

function codeOf(code: ExplainedState['code']): HTMLElement {
  const lines = code.map(({ address, text }) => `${address.toString(16)}  ${text}`)
  return html(
    'details',
    {},
    html('summary', {}, counted(code.length, 'instruction')),
    html('pre', { tabindex: 0 }, lines.join('\n')),
  )
}
