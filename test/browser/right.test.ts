import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import { rightPrograms } from '../guest/right.ts'
import { findProgram, testWith } from '../programs.ts'
import { openLab } from './lab.ts'
import type { Lab } from './lab.ts'

/** The programs of test/guest/fixtures/right, compiled and run in a browser. */

vi.setConfig({ testTimeout: 300_000, hookTimeout: 240_000 })

const chromium = findProgram('chromium')

describe('in Chromium', () => {
  let lab: Lab

  beforeAll(async () => {
    if (chromium) lab = await openLab(chromium)
  })

  afterAll(() => lab?.close())

  testWith(['chromium'], 'every right program prints what it says', async () => {
    const printed: Record<string, string[]> = {}
    const said: Record<string, string[]> = {}
    for (const { name, job, expected } of rightPrograms()) {
      const { console: text } = await lab.run(job)
      printed[name] = text.trimEnd().split('\n')
      said[name] = expected
    }
    expect(printed).toEqual(said)
    expect(Object.keys(said).length).toBeGreaterThanOrEqual(40)
  })
})
