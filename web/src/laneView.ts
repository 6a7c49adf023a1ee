import { grouped, lanes } from '../../host/observe/index.ts'
import type { Lane, Span } from '../../host/observe/index.ts'
import { buildAxis, ticks } from './axis.ts'
import type { Axis, Interval } from './axis.ts'
import { html, svg } from './dom.ts'
import { counted } from './format.ts'
import { axisBreak, axisTick, patterns } from './laneDrawing.ts'
import { laneNotes } from './layers.ts'
import { spanTable } from './spanTable.ts'

/**
 * One request on the lanes of the machine, as SVG and as a table of the same spans. Long waits are breaks of the axis. The spans
 * are a list for the keyboard: arrows move by time and by lane, Home and End to the ends, plus and minus zoom.
 */

const LANE_HEIGHT = 34
const BAR_HEIGHT = 18
const AXIS_HEIGHT = 30
const LEFT = 12
const RIGHT = 12
const BREAK_WIDTH = 76
const SMALLEST_BAR = 3
const TICK_SPACING = 110
const LONGEST_QUIET = 0.25
const ZOOM_STEP = 1.5
const LARGEST_ZOOM = 40

export interface LaneViewOptions {
  /** A span was chosen, by pointer or keyboard. */
  onSelect(span: Span): void
}

const keyOf = (lane: Lane) => laneNotes.find((note) => note.lane === lane)?.key ?? 'machine'
const busyStates = (span: Span): Interval | null =>
  span.state === 'suspended' || span.title === 'thread blocked'
    ? null
    : { begin: span.begin, end: span.end }

/** What a screen reader and the tooltip say of a span. */
function describeSpan(span: Span, start: number): string {
  const length = span.end - span.begin
  const lasting = length === 0 ? 'a moment' : counted(length, 'cycle')
  return `${span.lane}: ${span.title}, ${span.state}, ${lasting}, ${counted(span.begin - start, 'cycle')} after the request began`
}

export class LaneView {
  readonly element: HTMLElement
  private readonly options: LaneViewOptions
  private readonly scroller: HTMLElement
  private readonly tooltip: HTMLElement
  private readonly table: HTMLElement
  private spans: Span[] = []
  private bars: SVGGElement[] = []
  private current = 0
  private zoom = 1

  constructor(options: LaneViewOptions) {
    this.options = options
    this.scroller = html('div', { class: 'lanes-scroll' })
    this.tooltip = html('div', { class: 'tooltip', role: 'presentation', hidden: true })
    this.table = html('div', {
      class: 'table-scroll',
      hidden: true,
      tabindex: 0,
      role: 'region',
      'aria-label': 'Spans of the request as a table',
    })
    this.element = html(
      'div',
      { class: 'lanes' },
      this.toolbar(),
      html('div', { class: 'lanes-plot' }, this.names(), this.scroller),
      this.legend(),
      this.table,
      this.tooltip,
    )
    new ResizeObserver(() => this.draw()).observe(this.scroller)
  }

  show(spans: Span[]): void {
    this.spans = spans
    this.current = 0
    this.zoom = 1
    this.draw()
    this.table.replaceChildren(spanTable(spans))
  }

  private toolbar(): HTMLElement {
    const button = (label: string, text: string, act: () => void) => {
      const element = html(
        'button',
        { type: 'button', class: 'quiet', 'aria-label': label, title: label },
        text,
      )
      element.addEventListener('click', act)
      return element
    }
    const asTable = html(
      'button',
      { type: 'button', class: 'quiet', 'aria-pressed': 'false' },
      'As a table',
    )
    asTable.addEventListener('click', () => {
      this.table.hidden = !this.table.hidden
      asTable.setAttribute('aria-pressed', String(!this.table.hidden))
    })
    return html(
      'div',
      { class: 'lanes-tools', role: 'group', 'aria-label': 'Lane view' },
      button('Zoom out', '−', () => this.setZoom(this.zoom / ZOOM_STEP)),
      button('Zoom in', '+', () => this.setZoom(this.zoom * ZOOM_STEP)),
      button('Fit the whole request', 'Fit', () => this.setZoom(1)),
      asTable,
      html('span', { class: 'hint' }, 'Arrow keys walk the spans'),
    )
  }

  private names(): HTMLElement {
    const names = laneNotes.map(({ lane, key, note }) =>
      html(
        'li',
        { style: `--lane: var(--lane-${key})`, title: note },
        html('span', { class: 'swatch', 'aria-hidden': 'true' }),
        lane,
      ),
    )
    return html('ul', { class: 'lane-names', 'aria-hidden': 'true' }, ...names)
  }

  private legend(): HTMLElement {
    const entry = (state: string, text: string) =>
      html('li', {}, html('span', { class: `sample ${state}`, 'aria-hidden': 'true' }), text)
    return html(
      'ul',
      { class: 'legend', 'aria-label': 'Legend' },
      entry('running', 'running'),
      entry('waiting', 'waiting its turn'),
      entry('suspended', 'suspended: a saved frame, no thread'),
      entry('broken', 'a long wait, not to scale'),
    )
  }

  private setZoom(zoom: number): void {
    this.zoom = Math.min(LARGEST_ZOOM, Math.max(1, zoom))
    this.draw()
    this.bars[this.current]?.scrollIntoView({ inline: 'center', block: 'nearest' })
  }

  private draw(): void {
    const available = this.scroller.clientWidth - LEFT - RIGHT
    if (available <= 0 || this.spans.length === 0) return
    const axis = buildAxis(
      this.spans.flatMap((span) => busyStates(span) ?? []),
      { width: available * this.zoom, breakWidth: BREAK_WIDTH, longest: LONGEST_QUIET },
    )
    const width = axis.width + LEFT + RIGHT
    const height = lanes.length * LANE_HEIGHT + AXIS_HEIGHT
    const drawing = svg(
      'svg',
      {
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        role: 'listbox',
        'aria-label': 'Spans of the request, in order of time',
      },
      patterns(),
      ...this.background(axis, width),
    )
    this.bars = this.spans.map((span, index) => this.bar(span, index, axis))
    drawing.append(...this.bars)
    this.scroller.replaceChildren(drawing)
  }

  private background(axis: Axis, width: number): SVGElement[] {
    const bottom = lanes.length * LANE_HEIGHT
    const rows = lanes.map((_, index) =>
      svg('line', {
        class: 'row',
        x1: 0,
        x2: width,
        y1: (index + 1) * LANE_HEIGHT,
        y2: (index + 1) * LANE_HEIGHT,
      }),
    )
    const start = this.spans[0].begin
    const pieces = axis.segments.flatMap((segment) =>
      segment.broken
        ? [axisBreak(segment.from + LEFT, segment.to + LEFT, bottom, segment.end - segment.begin)]
        : ticks(
            { ...segment, begin: segment.begin - start, end: segment.end - start },
            TICK_SPACING,
          ).map((cycle) => axisTick(axis.position(cycle + start) + LEFT, bottom, cycle, width)),
    )
    return [...rows, ...pieces]
  }

  private bar(span: Span, index: number, axis: Axis): SVGGElement {
    const from = axis.position(span.begin) + LEFT
    const width = Math.max(SMALLEST_BAR, axis.position(span.end) + LEFT - from)
    const y = lanes.indexOf(span.lane) * LANE_HEIGHT + (LANE_HEIGHT - BAR_HEIGHT) / 2
    const mark = span.begin === span.end
    const shape = mark
      ? svg('path', {
          d: `M${from} ${y - 3}l6 ${BAR_HEIGHT / 2 + 3}l-6 ${BAR_HEIGHT / 2 + 3}l-6 ${-BAR_HEIGHT / 2 - 3}z`,
        })
      : svg('rect', { x: from, y, width, height: BAR_HEIGHT, rx: Math.min(3, width / 2) })
    const label =
      width > span.title.length * 6.6 + 10 && !mark
        ? [svg('text', { x: from + 6, y: y + BAR_HEIGHT - 5, 'aria-hidden': 'true' }, span.title)]
        : []
    const group = svg(
      'g',
      {
        class: `span ${span.state}`,
        style: `--lane: var(--lane-${keyOf(span.lane)})`,
        role: 'option',
        'aria-selected': String(index === this.current),
        tabindex: index === this.current ? 0 : -1,
        'aria-label': describeSpan(span, this.spans[0].begin),
      },
      shape,
      ...label,
    )
    group.addEventListener('pointerenter', (event) => this.point(span, event))
    group.addEventListener('pointerleave', () => (this.tooltip.hidden = true))
    group.addEventListener('click', () => this.select(index))
    group.addEventListener('focus', () => this.focused(index))
    group.addEventListener('keydown', (event) => this.key(event))
    return group
  }

  private point(span: Span, event: PointerEvent): void {
    this.explain(span)
    const bounds = this.element.getBoundingClientRect()
    const x = Math.min(event.clientX - bounds.left + 12, bounds.width - 300)
    this.place(Math.max(0, x), event.clientY - bounds.top + 16)
  }

  private explain(span: Span): void {
    const length = span.end - span.begin
    const start = this.spans[0].begin
    this.tooltip.replaceChildren(
      html('strong', {}, `${span.lane}: ${span.title}`),
      html(
        'span',
        { class: 'numbers' },
        length === 0
          ? `at cycle ${grouped(span.begin)}`
          : `${counted(length, 'cycle')} from cycle ${grouped(span.begin)}`,
      ),
      html(
        'span',
        { class: 'numbers' },
        `+${grouped(span.begin - start)} since the request began, operation ${span.operation}`,
      ),
      html('span', {}, span.explanation),
    )
  }

  private place(x: number, y: number): void {
    this.tooltip.style.transform = `translate(${x}px, ${y}px)`
    this.tooltip.hidden = false
  }

  private focused(index: number): void {
    this.current = index
    this.bars.forEach((bar, position) => {
      bar.setAttribute('tabindex', position === index ? '0' : '-1')
      bar.setAttribute('aria-selected', String(position === index))
    })
    const bar = this.bars[index]
    if (!bar.matches(':focus-visible')) return
    bar.scrollIntoView({ inline: 'nearest', block: 'nearest' })
    const bounds = this.element.getBoundingClientRect()
    const box = bar.getBoundingClientRect()
    this.explain(this.spans[index])
    this.place(
      Math.max(0, Math.min(box.left - bounds.left, bounds.width - 300)),
      box.bottom - bounds.top + 8,
    )
    this.options.onSelect(this.spans[index])
    bar.addEventListener('blur', () => (this.tooltip.hidden = true), { once: true })
  }

  private select(index: number): void {
    this.bars[index].focus()
    this.options.onSelect(this.spans[index])
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const moves: Record<string, () => number> = {
      ArrowRight: () => this.current + 1,
      ArrowLeft: () => this.current - 1,
      ArrowDown: () => this.inLane(1),
      ArrowUp: () => this.inLane(-1),
      Home: () => 0,
      End: () => this.spans.length - 1,
    }
    const zooms: Record<string, number> = {
      '+': this.zoom * ZOOM_STEP,
      '-': this.zoom / ZOOM_STEP,
      f: 1,
      F: 1,
    }
    if (event.key in zooms) {
      this.setZoom(zooms[event.key])
      this.bars[this.current]?.focus()
    } else if (event.key === 'Enter') this.options.onSelect(this.spans[this.current])
    else if (event.key in moves) {
      const next = Math.min(this.spans.length - 1, Math.max(0, moves[event.key]()))
      this.bars[next].focus()
    } else return
    event.preventDefault()
  }

  /** The span nearest in time on the next lane in this direction that has any. */
  private inLane(direction: 1 | -1): number {
    const here = this.spans[this.current]
    for (let lane = lanes.indexOf(here.lane) + direction; lanes[lane]; lane += direction) {
      const inLane = this.spans
        .map((span, index) => ({
          index,
          distance: Math.abs(span.begin - here.begin),
          lane: span.lane,
        }))
        .filter((candidate) => candidate.lane === lanes[lane])
        .sort((left, right) => left.distance - right.distance)
      if (inLane.length > 0) return inLane[0].index
    }
    return this.current
  }
}
