import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { build, preview } from 'vite'

/** A built page, served on the loopback interface, and a headless Chromium that looks at it. */

const config = new URL('../../web/vite.config.ts', import.meta.url).pathname
const playgroundRoot = new URL('../../web', import.meta.url).pathname

/** Nothing but the page itself shall open connections. */
const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface Site {
  url: string
  /** A fresh page of its own context; what goes wrong in it is written to `errors`. */
  open(fragment?: string): Promise<Visit>
  close(): Promise<void>
}

export interface Visit {
  page: Page
  errors: string[]
}

async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('requestfailed', (request) => errors.push(`not loaded: ${request.url()}`))
  await page.goto(url)
  return { page, errors }
}

/** Builds the page in `root`, the playground by default, with the playground's settings. */
export async function openSite(executablePath: string, root = playgroundRoot): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'nothread-web-'))
  const common = { root, configFile: config, logLevel: 'error', build: { outDir: folder } } as const
  await build(common)
  const server = await preview({
    ...common,
    preview: { host: '127.0.0.1', port: 0 },
  })
  const address = server.httpServer.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const browser = await chromium.launch({ executablePath, args: chromiumArguments })
  const url = `http://127.0.0.1:${address.port}/`
  return {
    url,
    open: (fragment = '') => visit(browser, url + fragment),
    close: async () => {
      await browser.close()
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
