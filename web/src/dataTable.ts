import { html } from './dom.ts'
import type { Child } from './dom.ts'

/** A plain table: a caption, headings, rows of cells; what does not fit scrolls. */
export function dataTable(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly Child[])[],
): HTMLElement {
  const head = html('tr', {}, ...headings.map((text) => html('th', { scope: 'col' }, text)))
  const body = rows.map((cells) =>
    html('tr', {}, ...cells.map((cell) => html('td', {}, ...[cell].flat()))),
  )
  const table = html(
    'table',
    { class: 'data' },
    html('caption', {}, caption),
    html('thead', {}, head),
    html('tbody', {}, ...body),
  )
  const region = { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': caption }
  return html('div', region, table)
}
