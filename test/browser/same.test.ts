import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import { findProgram, testWith } from '../programs.ts'
import { openLab } from './lab.ts'
import type { Lab } from './lab.ts'
import { goOn, runJob } from './lab/job.ts'
import type { Job } from './lab/job.ts'
import { samples } from '../../web/src/samples.ts'
import { goldenSnapshot } from '../machine/goldenSnapshot.ts'

/** One state hash, in Node and in a browser, with the trace on and off, in one go and in slices. */

const { name, source } = samples[0]
const fileName = `${name}.ts`
const clients = { port: 7, count: 4, requests: 3 }
const base: Job = { fileName, source, clients, until: '2ms' }
const lossy = { delay: '50us', loss: 0.05 }
const cases: Record<string, Job> = {
  'as it comes': base,
  'several harts': { ...base, options: { harts: 4 } },
  'a lossy link': { ...base, options: { seed: 3, link: lossy } },
  'the profile hazard3': { ...base, options: { timing: 'hazard3' } },
}
const SLICE = 7_919

const golden = goldenSnapshot()

vi.setConfig({ testTimeout: 180_000, hookTimeout: 240_000 })

const chromium = findProgram('chromium')

describe('Node and Chromium come to the same state', () => {
  let lab: Lab

  beforeAll(async () => {
    if (chromium) lab = await openLab(chromium)
  })

  afterAll(() => lab?.close())

  for (const { name, source, port, disk } of samples) {
    testWith(['chromium'], `with ${name}, as the gallery runs it`, async () => {
      const load = port === 0 ? {} : { clients: { port, count: 4, requests: 2 } }
      // Programs that end by themselves do so; servers are cut off.
      const job: Job = { fileName: `${name}.ts`, source, disk, ...load, until: '3ms' }
      expect(await lab.run(job)).toEqual(await runJob(job))
    })
  }

  testWith(['chromium'], 'with an optimiser that calls within wasm', async () => {
    expect(await lab.fastInvocations()).toBeGreaterThan(20)
  })

  testWith(['chromium'], 'from a snapshot that an older build made, and backwards', async () => {
    const [saved, later] = [golden.state.saved, golden.state.later]
    const there = await lab.goOn(golden)
    expect(there).toEqual(await goOn(golden))
    expect([there[0], there[1], there[3]]).toEqual([saved, later, later])
  })

  for (const [name, job] of Object.entries(cases)) {
    testWith(['chromium'], name, async () => {
      const options = { ...job.options }
      const there = await lab.run({ ...job, options: { ...options, trace: false } })
      const traced = await lab.run({ ...job, options: { ...options, trace: true } })
      const sliced = await lab.run({ ...job, slice: SLICE })
      const here = await runJob({ ...job, options: { ...options, trace: true } })
      expect(there).toEqual(await runJob(job))
      expect(traced).toEqual(there)
      expect(sliced).toEqual(there)
      expect(here).toEqual(there)
    })
  }
})
