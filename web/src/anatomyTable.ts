import { grouped } from '../../host/observe/index.ts'
import type { AnatomyRow, Span } from '../../host/observe/index.ts'
import { html } from './dom.ts'
import { keyEvents, layerKeys } from './layers.ts'

/** The anatomy of one request as a table: layer, event, cycle, cycles since the row before, and what it means. */

type Detail = 'key' | 'all'
type Order = 'time' | 'layer'

/** A pause this many times longer than all other steps together is shown as a row of its own. */
const PAUSE_SHARE = 0.5
const headings = ['Layer', 'Event', 'Cycle', '+ Cycles', 'What happens']

/** The rows of a detail, with the cycles between the rows that remain. */
function selectRows(rows: readonly AnatomyRow[], detail: Detail): AnatomyRow[] {
  const kept = rows.filter((row) => detail === 'all' || keyEvents.has(row.event))
  return kept.map((row, index) => ({
    ...row,
    since: index === 0 ? 0 : row.cycle - kept[index - 1].cycle,
  }))
}

/** The one wait that dwarfs the work, or Infinity when there is none. */
function pauseLength(rows: readonly AnatomyRow[]): number {
  const total = rows.reduce((sum, { since }) => sum + since, 0)
  const longest = Math.max(0, ...rows.map(({ since }) => since))
  return longest > total * PAUSE_SHARE ? longest : Infinity
}

export interface AnatomyOptions {
  /** The visitor wants to see the machine at a cycle. */
  onCycle(cycle: number): void
}

export class AnatomyTable {
  readonly element: HTMLElement
  private readonly options: AnatomyOptions
  private readonly body = html('tbody')
  private rows: AnatomyRow[] = []
  private detail: Detail = 'key'
  private order: Order = 'time'

  constructor(options: AnatomyOptions) {
    this.options = options
    const heading = html('tr', {}, ...headings.map((text) => html('th', { scope: 'col' }, text)))
    this.element = html(
      'div',
      { class: 'anatomy' },
      this.tools(),
      html(
        'div',
        {
          class: 'table-scroll',
          tabindex: 0,
          role: 'region',
          'aria-label': 'Anatomy of the request',
        },
        html(
          'table',
          {},
          html('caption', { class: 'hidden' }, 'Every recorded event of the request'),
          html('thead', {}, heading),
          this.body,
        ),
      ),
    )
  }

  show(rows: AnatomyRow[]): void {
    this.rows = rows
    this.draw()
  }

  /** Marks the rows at which a span of the lane view begins and ends. */
  highlight(span: Span): void {
    for (const element of this.body.querySelectorAll<HTMLElement>('tr[data-cycle]')) {
      const cycle = Number(element.dataset.cycle)
      element.classList.toggle('marked', cycle === span.begin || cycle === span.end)
    }
  }

  private tools(): HTMLElement {
    return html(
      'div',
      { class: 'anatomy-tools' },
      this.choice('Events', 'detail', { key: 'Key events', all: 'All events' }, (value) => {
        this.detail = value
      }),
      this.choice('Order', 'order', { time: 'By time', layer: 'By layer' }, (value) => {
        this.order = value
      }),
    )
  }

  private choice<T extends string>(
    label: string,
    name: string,
    values: Record<T, string>,
    set: (value: T) => void,
  ): HTMLElement {
    const entries = Object.entries(values) as [T, string][]
    const options = entries.map(([value, text], index) => {
      const input = html('input', { type: 'radio', name, value, checked: index === 0 })
      input.addEventListener('change', () => {
        set(value)
        this.draw()
      })
      return html('label', {}, input, html('span', {}, text))
    })
    return html(
      'fieldset',
      { class: 'choice' },
      html('legend', { class: 'hidden' }, label),
      ...options,
    )
  }

  private draw(): void {
    const rows = selectRows(this.rows, this.detail)
    const pause = pauseLength(rows)
    const longest = Math.max(1, ...rows.map(({ since }) => (since === pause ? 0 : since)))
    const sorted = this.order === 'time' ? rows : byLayer(rows)
    const elements = sorted.flatMap((row) => {
      const element = this.row(row, row.since === pause ? 1 : row.since / longest)
      return this.order === 'time' && row.since === pause ? [pauseRow(row), element] : [element]
    })
    this.body.replaceChildren(...elements)
  }

  private row(row: AnatomyRow, share: number): HTMLTableRowElement {
    const { layer, event, cycle, since, explanation } = row
    const swatch = html('span', { class: 'swatch', 'aria-hidden': 'true' })
    const style = `--share: ${share.toFixed(3)}`
    return html(
      'tr',
      { 'data-cycle': cycle, style: `--lane: var(--lane-${layerKeys[layer]})` },
      html('td', { class: 'layer' }, swatch, layer),
      html('td', { class: 'event' }, event),
      html('td', { class: 'number' }, this.cycle(cycle)),
      html('td', { class: 'number since', style }, `+${grouped(since)}`),
      html('td', { class: 'meaning' }, explanation),
    )
  }

  private cycle(cycle: number): HTMLElement {
    const title = 'Show the machine at this cycle'
    const button = html('button', { type: 'button', class: 'link', title }, grouped(cycle))
    button.addEventListener('click', () => this.options.onCycle(cycle))
    return button
  }
}

/** Rows of a layer together, layers in the order of their first event. */
function byLayer(rows: readonly AnatomyRow[]): AnatomyRow[] {
  const layers = [...new Set(rows.map(({ layer }) => layer))]
  return layers.flatMap((layer) => rows.filter((row) => row.layer === layer))
}

function pauseRow(row: AnatomyRow): HTMLTableRowElement {
  return html(
    'tr',
    { class: 'pause' },
    html(
      'td',
      { colspan: headings.length },
      `${grouped(row.since)} cycles pass. `,
      html(
        'span',
        {},
        'Nothing runs for this request: what it needs is a saved frame and a packet in a list.',
      ),
    ),
  )
}
