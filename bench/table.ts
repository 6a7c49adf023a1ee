import type { BenchRow } from './types.ts'

const figure = (value: number) =>
  value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))

/** Rows as aligned text: name, value, unit, ratio. */
export function formatRows(rows: BenchRow[]): string {
  const cells = rows.map((row) => [
    row.name,
    figure(row.value),
    row.unit,
    row.ratio === undefined ? '' : `${row.ratio.toFixed(2)}× ${row.to ?? ''}`.trim(),
  ])
  const widths = [0, 1, 2].map((column) => Math.max(0, ...cells.map((row) => row[column].length)))
  return cells
    .map(([name, value, unit, ratio]) =>
      `  ${name.padEnd(widths[0])}  ${value.padStart(widths[1])} ${unit.padEnd(widths[2])}  ${ratio}`.trimEnd(),
    )
    .join('\n')
}

/** Geometric mean of positive numbers. */
export const geomean = (values: number[]) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
