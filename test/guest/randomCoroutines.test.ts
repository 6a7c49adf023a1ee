import { expect, test } from 'vitest'
import { runText } from './programs.ts'
import { randomProgram } from './randomCoroutines.ts'

const functions = 8

test.each([1, 2])('random coroutines compute what plain functions do: seed %i', async (seed) => {
  const { report, text } = await runText(randomProgram(seed, functions))
  expect(text).toBe(`${functions * 7}\n`)
  expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
})
