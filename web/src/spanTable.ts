import { grouped } from '../../host/observe/index.ts'
import type { Span } from '../../host/observe/index.ts'
import { html } from './dom.ts'

/** The lane view's twin: the same spans as a table, for reading and copying. */

const headings = ['Lane', 'What', 'State', 'Begin (cycle)', 'Since start', 'Cycles']

export function spanTable(spans: readonly Span[]): HTMLTableElement {
  const start = spans[0]?.begin ?? 0
  const rows = spans.map((span) =>
    html(
      'tr',
      {},
      html('th', { scope: 'row' }, span.lane),
      html('td', {}, span.title),
      html('td', {}, span.begin === span.end ? 'moment' : span.state),
      html('td', { class: 'number' }, grouped(span.begin)),
      html('td', { class: 'number' }, `+${grouped(span.begin - start)}`),
      html('td', { class: 'number' }, grouped(span.end - span.begin)),
    ),
  )
  return html(
    'table',
    {},
    html('caption', { class: 'hidden' }, 'Spans of the request in order of time'),
    html(
      'thead',
      {},
      html('tr', {}, ...headings.map((heading) => html('th', { scope: 'col' }, heading))),
    ),
    html('tbody', {}, ...rows),
  )
}
