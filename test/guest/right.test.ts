import { expect, test } from 'vitest'
import { runJob } from '../browser/lab/job.ts'
import { rightPrograms } from './right.ts'

test.each(rightPrograms())('$name prints what it says', async ({ job, expected }) => {
  const { console: text, stopReason, exitCode } = await runJob(job)
  expect({ stopReason, exitCode, lines: text.trimEnd().split('\n') }).toEqual({
    stopReason: 'exit',
    exitCode: 0,
    lines: expected,
  })
})
