import { beforeAll, expect, test } from 'vitest'
import { readProgram, shippedProgram } from '../node/files.ts'
import { asyncVersusBlocking, type Row, type Style } from './asyncVersusBlocking.ts'
import { jsonLines, throughputChart, throughputTable } from './report.ts'

let rows: Row[]

beforeAll(async () => {
  const programs = {
    async: await readProgram(shippedProgram('udp-echo.ts')),
    blocking: await readProgram(shippedProgram('udp-echo-blocking.ts')),
  }
  const small = { ratios: [0, 4], poolSizes: [1, 4], clients: 24, requests: 6 }
  rows = await asyncVersusBlocking({ programs, ...small })
})

const at = (style: Style, ratio: number, workers: number) =>
  rows.find((row) => row.style === style && row.ratio === ratio && row.workers === workers)!

test('every request of every point is answered', () => {
  expect(rows).toHaveLength(8)
  expect(rows.map((row) => row.requests)).toEqual(rows.map(() => 24 * 6))
})

test('the measured throughput follows the closed form within a tenth', () => {
  for (const row of rows) {
    expect(row.throughput / row.model).toBeGreaterThan(0.9)
    expect(row.throughput / row.model).toBeLessThan(1.1)
  }
})

test('one blocked thread loses what the wait takes; coroutines and more threads do not', () => {
  const ceiling = at('blocking', 0, 1).throughput
  expect(at('blocking', 4, 1).throughput / ceiling).toBeCloseTo(1 / 5, 1)
  expect(at('blocking', 4, 4).throughput / ceiling).toBeGreaterThan(0.7)
  expect(at('async', 4, 1).throughput / ceiling).toBeGreaterThan(0.7)
})

test('without a wait a continuation only costs', () => {
  expect(at('async', 0, 1).throughput).toBeLessThan(at('blocking', 0, 1).throughput)
})

test('the report has a line a row, a curve a pool and a table', () => {
  expect(
    jsonLines(rows)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Row),
  ).toEqual(rows)
  const svg = throughputChart(rows)
  expect(svg.match(/<polyline/g)).toHaveLength(6)
  expect(throughputTable(rows).split('\n')).toHaveLength(rows.length + 2)
})
