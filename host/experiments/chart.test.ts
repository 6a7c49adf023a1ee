import { expect, test } from 'vitest'
import { niceCeiling, renderChart, shortNumber } from './chart.ts'

test('axis ends are round numbers at or above the largest value', () => {
  expect([0, 0.9, 1, 1.2, 2.1, 37, 99, 101, 41_000].map(niceCeiling)).toEqual([
    1, 1, 1, 2, 2.5, 50, 100, 200, 50_000,
  ])
})

test('numbers are shortened to three digits', () => {
  expect([0, 7, 999, 1234, 45_678, 1_234_567].map(shortNumber)).toEqual([
    '0',
    '7',
    '999',
    '1.23k',
    '45.7k',
    '1.23M',
  ])
})

test('a chart has a point per value, a gap where there is none, and escaped text', () => {
  const svg = renderChart({
    title: 'a < b',
    subtitle: '',
    xLabel: 'x',
    yLabel: 'y',
    categories: ['0', '1', '4'],
    series: [
      { name: 'measured', values: [10, undefined, 5], color: 0 },
      { name: 'model', values: [10, 8, 5], color: 0, model: true },
    ],
  })
  const [measured, model] = [...svg.matchAll(/<polyline points="([^"]*)"/g)].map((m) =>
    m[1].split(' '),
  )
  expect(measured).toEqual(['92,78', '644,268'])
  expect(model).toHaveLength(3)
  expect(svg).toContain('a &lt; b')
  expect(svg.match(/stroke-dasharray/g)).toHaveLength(2)
})
