import { expect, it } from 'vitest'
import { TASK, echo, records } from '../../test/observe/synthetic.ts'
import { awaitSummaries } from './awaits.ts'

const PROGRAM = 0x8040_1000
const RUNTIME = 0x8040_2000
const OTHER = 0x8050_0200

const ofProgram = (descriptor: number) => descriptor === PROGRAM

it('counts suspensions by line and measures those that ended', () => {
  const run = records([
    [1, 'task.start', TASK, PROGRAM],
    ...echo(100, 1),
    ...echo(2000, 2),
    [9000, 'await.suspend', TASK, 8],
  ])
  expect(awaitSummaries(run, ofProgram)).toEqual([
    { line: 8, suspensions: 3, medianCycles: 1014 },
    { line: 9, suspensions: 2, medianCycles: 289 },
  ])
})

it('leaves out the lines of the runtime, also in a frame that the program had before', () => {
  const run = records([
    [1, 'task.start', OTHER, PROGRAM],
    [2, 'await.suspend', OTHER, 5],
    [3, 'await.resume', OTHER, 5],
    [4, 'task.start', OTHER, RUNTIME],
    [5, 'await.suspend', OTHER, 5],
    [9, 'await.resume', OTHER, 5],
  ])
  expect(awaitSummaries(run, ofProgram)).toEqual([{ line: 5, suspensions: 1, medianCycles: 1 }])
})

it('has no median for what was never resumed', () => {
  const run = records([
    [1, 'task.start', OTHER, PROGRAM],
    [2, 'await.suspend', OTHER, 5],
  ])
  expect(awaitSummaries(run, ofProgram)).toEqual([{ line: 5, suspensions: 1, medianCycles: null }])
})
