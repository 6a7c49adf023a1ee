import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import { lanes } from '../../host/observe/index.ts'
import { Session, defaultConfiguration } from '../../host/web/index.ts'
import { samples } from '../../web/src/samples.ts'
import { encodeShared } from '../../web/src/share.ts'
import type { Shared } from '../../web/src/share.ts'
import { findProgram, testWith } from '../programs.ts'
import { openSite } from './site.ts'
import type { Site, Visit } from './site.ts'

/** The playground in a real browser: the same machine, the same results, usable without a mouse. */

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const source = readFileSync(
  new URL('../../assembly/guest/programs/udp-echo.ts', import.meta.url),
  'utf8',
)
const configuration = { ...defaultConfiguration, clients: 4, requests: 3 }
const wrong = 'export async function main(): Promise<void> {\n  const x: i32 = "a";\n}\n'
const endless = 'export async function main(): Promise<void> {\n  while (true) {}\n}\n'
const layers = 'task syscall io driver nic wire interrupt dpc port thread'.split(' ')
const RUN_LIMIT = 120_000

// A browser on two busy cores is slow, not hung.
vi.setConfig({ testTimeout: RUN_LIMIT * 1.5, hookTimeout: RUN_LIMIT * 2 })

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
async function violations(page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> {
  await page.emulateMedia({ colorScheme })
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

const chromium = findProgram('chromium')
const browserTest = (name: string, body: () => Promise<void>) => testWith(['chromium'], name, body)

describe('the playground in Chromium', () => {
  let site: Site

  beforeAll(async () => {
    if (chromium) site = await openSite(chromium)
  })

  afterAll(() => site?.close())

  async function openShared(shared: Partial<Shared>): Promise<Visit> {
    const defaults = { sample: 'udp-echo', source, configuration }
    const visit = await site.open(await encodeShared({ ...defaults, ...shared }))
    await visit.page.getByRole('button', { name: 'Run' }).waitFor()
    await waitForStatus(visit.page, /came with the link/)
    return visit
  }

  describe('before a run', () => {
    browserTest('shows a program and says what it is for', async () => {
      const { page, errors } = await site.open()
      await page.getByRole('heading', { level: 1, name: 'nothread', exact: true }).waitFor()
      await page.getByText('follow one await').waitFor()
      await page.getByText('async function serve').waitFor()
      expect(await violations(page, 'light')).toEqual([])
      expect(await violations(page, 'dark')).toEqual([])
      expect(errors).toEqual([])
    })

    browserTest('offers all programs in groups, by keyboard', async () => {
      const { page, errors } = await site.open()
      await page.getByRole('button', { name: 'Program udp-echo' }).press('Enter')
      const dialog = page.getByRole('dialog', { name: 'Programs' })
      await dialog.getByRole('heading', { name: 'Ways to wait' }).waitFor()
      expect(await dialog.getByRole('listitem').count()).toBe(samples.length)
      expect(await violations(page, 'light')).toEqual([])
      await dialog.getByRole('button', { name: /^async-mutex/ }).press('Enter')
      await page.getByRole('button', { name: 'Program async-mutex' }).waitFor()
      await page.getByText('the order in which they came').first().waitFor()
      expect(await page.getByLabel('Clients').inputValue()).toBe('0')
      expect(errors).toEqual([])
    })

    browserTest('brings a changed program and its configuration back', async () => {
      const { page } = await site.open()
      const reset = page.getByRole('button', { name: 'Reset' })
      expect(await reset.isDisabled()).toBe(true)
      await page.getByLabel('Seed').fill('5')
      await page.getByLabel('Program, TypeScript').press('Control+Home')
      await page.keyboard.type('// mine')
      page.once('dialog', (dialog) => void dialog.accept())
      await reset.click()
      expect(await page.getByLabel('Seed').inputValue()).toBe('1')
      expect(await page.getByText('// mine').count()).toBe(0)
      expect(await reset.isDisabled()).toBe(true)
    })

    browserTest('shows a mistake at its place', async () => {
      const { page, errors } = await openShared({ sample: 'hello', source: wrong })
      await page.getByLabel('Program, TypeScript').press('ControlOrMeta+Enter')
      await waitForStatus(page, /^Not run: the compiler found an error/)
      const problems = page.getByRole('region', { name: 'Problems' })
      await problems.getByRole('button', { name: /^hello\.ts:2:\d+$/ }).waitFor()
      await page.locator('.cm-lint-marker-error').first().waitFor()
      await page.locator('.cm-lintRange-error').first().waitFor()
      expect(errors).toEqual([])
    })

    browserTest('stops a run that would last too long', async () => {
      const { page } = await openShared({
        sample: 'hello',
        source: endless,
        configuration: { ...configuration, clients: 0, limit: '100s' },
      })
      await page.getByRole('button', { name: 'Run' }).click()
      await waitForStatus(page, /^Running/)
      await page.getByRole('button', { name: 'Stop' }).click()
      await waitForStatus(page, /^Stopped/)
      expect(await page.getByRole('button', { name: 'Run' }).isEnabled()).toBe(true)
    })
  })

  describe('after a run', () => {
    let page: Page
    let errors: string[]
    let stateHash: string

    beforeAll(async () => {
      if (!chromium) return
      stateHash = await nodeHash()
      const visit = await openShared({ stateHash })
      page = visit.page
      errors = visit.errors
      await page.getByRole('button', { name: 'Run' }).click()
      await waitForStatus(page, /^Finished: every request was answered/)
    })

    browserTest('has come to the same state as Node', async () => {
      expect(await page.locator('#state-hash').textContent()).toBe(stateHash)
      await page.getByText('same result as the sender').waitFor()
      await page.getByRole('log', { name: 'Console' }).getByText('listening on port 7').waitFor()
      expect(errors).toEqual([])
    })

    browserTest('takes one await apart through every layer', async () => {
      const table = page.getByRole('table', { name: 'Every recorded event of the request' })
      const found = new Set(await table.locator('td.layer').allTextContents())
      for (const layer of layers) expect(found, layer).toContain(layer)
    })

    browserTest('walks the lanes by keyboard and has them as a table', async () => {
      const list = page.getByRole('listbox', { name: /^Spans of the request/ })
      const spans = list.getByRole('option')
      const names = await spans.evaluateAll((elements) =>
        elements.map(({ ariaLabel }) => ariaLabel),
      )
      for (const lane of lanes) {
        expect(
          names.some((name) => name?.startsWith(`${lane}:`)),
          lane,
        ).toBe(true)
      }
      await spans.first().focus()
      await page.keyboard.press('ArrowRight')
      expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe(names[1])
      await page.keyboard.press('End')
      expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe(names.at(-1))
      await page.getByRole('button', { name: 'As a table' }).click()
      const table = page.getByRole('table', { name: 'Spans of the request in order of time' })
      expect(await table.locator('tbody tr').count()).toBe(names.length)
    })

    browserTest('shows the async functions and the machine behind tabs, by keyboard', async () => {
      await page.getByRole('tab', { name: 'One request' }).focus()
      await page.keyboard.press('ArrowRight')
      const states = page.getByRole('table', { name: 'States of serve' })
      await states.waitFor()
      expect(await states.locator('tbody tr').count()).toBeGreaterThan(2)
      expect(await states.textContent()).toContain('await socket.receiveFrom(buffer, peer)')
      expect(await violations(page, 'light')).toEqual([])
      await page.keyboard.press('End')
      const requests = page.getByRole('table', { name: 'I/O requests' })
      await requests.waitFor()
      expect(await requests.textContent()).toContain('AFD_RECEIVE_DATAGRAM')
      expect(await violations(page, 'dark')).toEqual([])
      await page.getByText('none: it sleeps').waitFor()
      await page.keyboard.press('Home')
      await page.getByRole('table', { name: 'Every recorded event of the request' }).waitFor()
      expect(errors).toEqual([])
    })

    browserTest('goes to the moment of an event', async () => {
      const anatomy = page.getByRole('table', { name: 'Every recorded event of the request' })
      const row = anatomy.getByRole('row').filter({ hasText: 'await.resume' })
      const cycle = await row.getByRole('button').textContent()
      await row.getByRole('button').click()
      await page.getByText(`Cycle ${cycle},`).waitFor()
      const harts = page.getByRole('table', { name: 'Harts' })
      expect(await harts.textContent()).not.toContain('sleeps')
      await page.getByRole('button', { name: 'Previous moment' }).click()
      await page.getByText(`Cycle ${cycle},`).waitFor({ state: 'detached' })
      await page.getByRole('tab', { name: 'One request' }).click()
      expect(errors).toEqual([])
    })

    browserTest('fits a phone', async () => {
      await page.setViewportSize({ width: 390, height: 844 })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
      await page.setViewportSize({ width: 1400, height: 900 })
    })

    browserTest('keeps program and result within the window', async () => {
      const sizes = await page.evaluate(() => ({
        page: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
        window: [innerWidth, innerHeight],
      }))
      expect(sizes.page).toEqual(sizes.window)
    })

    for (const colorScheme of ['light', 'dark'] as const) {
      browserTest(`breaks no rule of axe, ${colorScheme}`, async () => {
        expect(await violations(page, colorScheme)).toEqual([])
      })
    }
  })
})
