/** What an experiment leaves behind: rows as JSON Lines, a chart, and a table for the terminal. */

import { textTable } from '../observe/index.ts'
import type { Row, Style } from './asyncVersusBlocking.ts'
import { renderChart, type Series } from './chart.ts'

/** One row a line, keys in the order of the row type. */
export const jsonLines = (rows: object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('')

const distinct = (values: number[]) => [...new Set(values)].sort((a, b) => a - b)

function seriesOf(rows: Row[], style: Style, workers: number, color: number): Series[] {
  const ratios = distinct(rows.map((row) => row.ratio))
  const at = (ratio: number) =>
    rows.find((row) => row.style === style && row.workers === workers && row.ratio === ratio)
  const name = `${style}, ${workers} thread${workers === 1 ? '' : 's'}`
  return [
    { name, color, values: ratios.map((ratio) => at(ratio)?.throughput) },
    { name: 'closed form', color, model: true, values: ratios.map((ratio) => at(ratio)?.model) },
  ]
}

/** Measured curves and closed forms of all blocking pools, and of the smallest asynchronous one. */
export function throughputChart(rows: Row[]): string {
  const pools = distinct(rows.map((row) => row.workers))
  return renderChart({
    title: 'Async against blocking: what a wait does to throughput',
    subtitle:
      'UDP echo with a simulated downstream wait, one hart; measured (solid) and closed form (dashed)',
    xLabel: 'wait : CPU time of a request',
    yLabel: 'requests per emulated second',
    categories: distinct(rows.map((row) => row.ratio)).map(String),
    series: [
      ...pools.flatMap((workers, index) => seriesOf(rows, 'blocking', workers, index)),
      ...seriesOf(rows, 'async', pools[0], pools.length),
    ],
  })
}

/** Rows as a table: throughput, closed form, and how far they agree. */
export function throughputTable(rows: Row[]): string {
  return textTable(
    rows.map((row) => ({
      style: row.style,
      threads: row.workers,
      'wait:CPU': row.ratio,
      'requests/s': row.throughput,
      'closed form': row.model,
      'measured/form': (row.throughput / row.model).toFixed(2),
      'median cycles': row.latencyMedian,
      '99 % cycles': row.latency99,
    })),
  )
}
