import { expect, test } from 'vitest'
import { formatRows, geomean } from './table.ts'

test('rows are aligned and ratios name what they compare with', () => {
  expect(
    formatRows([
      { name: 'naive', value: 306.4, unit: 'MIPS', ratio: 1, to: 'naive' },
      { name: 'pre-decoded', value: 1631.2, unit: 'MIPS' },
    ]),
  ).toBe(['  naive          306 MIPS  1.00× naive', '  pre-decoded  1,631 MIPS'].join('\n'))
})

test('geomean of 1, 10, 100 is 10', () => {
  expect(geomean([1, 10, 100])).toBeCloseTo(10)
})
