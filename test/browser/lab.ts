import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { Job, Outcome, Restoring } from './lab/job.ts'
import { openSite } from './site.ts'

/** The library in a real browser: the same jobs as in Node, without the playground around them. */
export interface Lab {
  run(job: Job): Promise<Outcome>
  goOn(restoring: Restoring): Promise<string[]>
  /** Milliseconds that each compilation of a list of programs takes, perhaps by a compiler that has been prepared. */
  compileTimes(sources: string[], prepare: boolean): Promise<number[]>
  /** How many of the optimiser's invocations are in wasm. */
  fastInvocations(): Promise<number>
  close(): Promise<void>
}

const root = fileURLToPath(new URL('lab', import.meta.url))

/** Builds the lab's page and opens it in a headless Chromium. */
export async function openLab(executablePath: string): Promise<Lab> {
  const site = await openSite(executablePath, root)
  const { page, errors } = await site.open()
  await page.waitForFunction(() => 'lab' in globalThis)
  return {
    run: async (job) => {
      const outcome = await runInPage(page, job)
      if (errors.length > 0) throw new Error(errors.join('\n'))
      return outcome
    },
    goOn: (restoring) =>
      page.evaluate((it) => {
        type Page = { lab: { goOn(restoring: Restoring): Promise<string[]> } }
        return (globalThis as unknown as Page).lab.goOn(it)
      }, restoring),
    compileTimes: (sources, prepare) =>
      page.evaluate(
        ([texts, prepared]) => {
          type Page = {
            lab: { compileTimes(texts: string[], prepared: boolean): Promise<number[]> }
          }
          return (globalThis as unknown as Page).lab.compileTimes(texts, prepared)
        },
        [sources, prepare] as const,
      ),
    fastInvocations: () =>
      page.evaluate(() => {
        type Page = { lab: { fastInvocations(): Promise<number> } }
        return (globalThis as unknown as Page).lab.fastInvocations()
      }),
    close: () => site.close(),
  }
}

function runInPage(page: Page, job: Job): Promise<Outcome> {
  return page.evaluate((it) => {
    const { lab } = globalThis as unknown as { lab: { runJob(job: Job): Promise<Outcome> } }
    return lab.runJob(it)
  }, job)
}
