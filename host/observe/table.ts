/** Plain text tables for the terminal: numbers right-aligned and grouped by thousands, text left-aligned. */

export type Cell = string | number

/** Groups thousands without asking the host for its language. */
export function grouped(value: number): string {
  const [whole, fraction] = String(value).split('.')
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? digits : `${digits}.${fraction}`
}

const text = (cell: Cell) => (typeof cell === 'number' ? grouped(cell) : cell)

/** Renders rows of the same keys, with the keys as the heading, two spaces between columns and no trailing space. */
export function textTable(rows: readonly Record<string, Cell>[]): string {
  if (rows.length === 0) return ''
  const columns = Object.keys(rows[0]).map((name) => {
    const cells = rows.map((row) => text(row[name]))
    const numeric = rows.every((row) => typeof row[name] === 'number')
    const width = Math.max(name.length, ...cells.map((cell) => cell.length))
    const align = (cell: string) => (numeric ? cell.padStart(width) : cell.padEnd(width))
    return { heading: align(name), rule: '─'.repeat(width), cells: cells.map(align) }
  })
  const line = (cells: string[]) => cells.join('  ').trimEnd()
  return [
    line(columns.map(({ heading }) => heading)),
    line(columns.map(({ rule }) => rule)),
    ...rows.map((_, index) => line(columns.map(({ cells }) => cells[index]))),
  ].join('\n')
}
