import { expect, it } from 'vitest'
import { echo, records } from '../../test/observe/synthetic.ts'
import { awaitSummaries } from './awaits.ts'

it('counts suspensions by line and measures those that ended', () => {
  const run = records([...echo(100, 1), ...echo(2000, 2), [9000, 'await.suspend', 5, 8]])
  expect(awaitSummaries(run)).toEqual([
    { line: 8, suspensions: 3, medianCycles: 1014 },
    { line: 9, suspensions: 2, medianCycles: 289 },
  ])
})
