import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { Session, defaultConfiguration } from '../../host/web/index.ts'
import { encodeShared } from '../../web/src/share.ts'
import { findProgram, testWith } from '../programs.ts'
import { openSite } from './site.ts'
import type { Site } from './site.ts'

/** The playground in a real browser: the same machine, the same results, usable without a mouse. */

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const source = readFileSync(
  new URL('../../assembly/guest/programs/udp-echo.ts', import.meta.url),
  'utf8',
)
const configuration = { ...defaultConfiguration, clients: 4, requests: 3 }
const wrong = 'export async function main(): Promise<void> {\n  const x: i32 = "a";\n}\n'
const RUN_LIMIT = 60_000

async function nodeHash(): Promise<string> {
  const nothing = () => undefined
  const listener = { phase: nothing, progress: nothing, console: nothing }
  const outcome = await new Session().run(source, 'udp-echo.ts', configuration, listener)
  if (outcome.kind !== 'finished') throw new Error(JSON.stringify(outcome))
  return outcome.summary.stateHash
}

async function waitForStatus(page: Page, text: RegExp): Promise<void> {
  await page.getByRole('status').filter({ hasText: text }).waitFor({ timeout: RUN_LIMIT })
}

/** Rules of axe that a page breaks, with the elements. */
async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axe })
  return page.evaluate(async () => {
    interface Result {
      violations: { id: string; nodes: { target: unknown[] }[] }[]
    }
    const { axe: checker } = globalThis as unknown as { axe: { run(): Promise<Result> } }
    const found = await checker.run()
    return found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`,
    )
  })
}

describe('the playground in Chromium', () => {
  let site: Site
  const chromium = findProgram('chromium')

  beforeAll(async () => {
    if (chromium) site = await openSite(chromium)
  }, RUN_LIMIT * 3)

  afterAll(() => site?.close())

  const browserTest = (name: string, body: () => Promise<void>) =>
    testWith(['chromium'], name, body)

  browserTest('shows a program and says what it is for', async () => {
    const { page, errors } = await site.open()
    await page.getByRole('heading', { level: 1, name: 'nothread', exact: true }).waitFor()
    await page.getByText('follow one await').waitFor()
    await page.getByText('async function serve').waitFor()
    expect(errors).toEqual([])
  })

  browserTest('comes to the same state as Node, and shows one await taken apart', async () => {
    const stateHash = await nodeHash()
    const fragment = await encodeShared({ sample: 'udp-echo', source, configuration, stateHash })
    const { page, errors } = await site.open(fragment)
    await waitForStatus(page, /came with the link/)
    await page.getByRole('button', { name: 'Run' }).click()
    await waitForStatus(page, /^Finished: every request was answered/)
    expect(await page.locator('#state-hash').textContent()).toBe(stateHash)
    await page.getByText('same result as the sender').waitFor()
    await page.getByRole('log', { name: 'Console' }).getByText('listening on port 7').waitFor()

    const table = page.getByRole('table', { name: 'Every recorded event of the request' })
    const layers = new Set(await table.locator('td.layer').allTextContents())
    for (const layer of [
      'task',
      'syscall',
      'io',
      'driver',
      'nic',
      'wire',
      'interrupt',
      'dpc',
      'port',
      'thread',
    ]) {
      expect(layers, layer).toContain(layer)
    }
    expect(errors).toEqual([])
  })

  browserTest('shows a mistake at its place', async () => {
    const { page, errors } = await site.open(
      await encodeShared({ sample: 'hello', source: wrong, configuration }),
    )
    await waitForStatus(page, /came with the link/)
    await page.getByLabel('Program, TypeScript').press('ControlOrMeta+Enter')
    await waitForStatus(page, /^Not run: the compiler found an error/)
    const problems = page.getByRole('region', { name: 'Problems' })
    await problems.getByRole('button', { name: /^hello\.ts:2:\d+$/ }).waitFor()
    await page.locator('.cm-lint-marker-error').first().waitFor()
    await page.locator('.cm-lintRange-error').first().waitFor()
    expect(errors).toEqual([])
  })

  browserTest('walks the lanes by keyboard and has them as a table', async () => {
    const { page } = await site.open(
      await encodeShared({ sample: 'udp-echo', source, configuration }),
    )
    await waitForStatus(page, /came with the link/)
    await page.getByRole('button', { name: 'Run' }).click()
    await waitForStatus(page, /^Finished/)
    const spans = page.getByRole('listbox', { name: /^Spans of the request/ }).getByRole('option')
    const names = await spans.evaluateAll((elements) =>
      elements.map((element) => element.ariaLabel),
    )
    for (const lane of [
      'wire',
      'NIC',
      'interrupt',
      'DPC',
      'driver',
      'port',
      'thread',
      'coroutine',
    ]) {
      expect(
        names.some((name) => name?.startsWith(`${lane}:`)),
        lane,
      ).toBe(true)
    }
    await spans.first().focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('End')
    expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe(names.at(-1))
    await page.getByRole('button', { name: 'As a table' }).click()
    const rows = page
      .getByRole('table', { name: 'Spans of the request in order of time' })
      .locator('tbody tr')
    expect(await rows.count()).toBe(names.length)
  })

  browserTest('stops a run that would last too long', async () => {
    const endless = 'export async function main(): Promise<void> {\n  while (true) {}\n}\n'
    const { page } = await site.open(
      await encodeShared({
        sample: 'hello',
        source: endless,
        configuration: { ...configuration, clients: 0, limit: '100s' },
      }),
    )
    await waitForStatus(page, /came with the link/)
    await page.getByRole('button', { name: 'Run' }).click()
    await waitForStatus(page, /^Running/)
    await page.getByRole('button', { name: 'Stop' }).click()
    await waitForStatus(page, /^Stopped/)
    expect(await page.getByRole('button', { name: 'Run' }).isEnabled()).toBe(true)
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    browserTest(`breaks no rule of axe, before and after a run, ${colorScheme}`, async () => {
      const fragment = await encodeShared({ sample: 'udp-echo', source, configuration })
      const { page } = await site.open(fragment, { colorScheme })
      await waitForStatus(page, /came with the link/)
      expect(await violations(page)).toEqual([])
      await page.getByRole('button', { name: 'Run' }).click()
      await waitForStatus(page, /^Finished/)
      expect(await violations(page)).toEqual([])
    })
  }
})
