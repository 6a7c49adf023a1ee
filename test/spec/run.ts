/**
 * Runs the official WebAssembly test suite on the emulated CPU: `npx vite-node test/spec/run.ts DIR [FILE…]`, where DIR holds the
 * output of `wast2json` (one .json and its .wasm files per .wast). Each module is compiled by the backend and its commands are run as
 * calls without a kernel. Prints passed, failed and skipped assertions per file; exits with 1 when one fails. Skipped are assertions on
 * malformed text, which never becomes a module.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Guest } from '../backend/guest.ts'
import { SpecFile } from './file.ts'
import type { SpecScript } from './script.ts'
import { STORE_RAM } from './store.ts'

const [directory, ...only] = process.argv.slice(2)
if (directory === undefined) {
  console.error('usage: npx vite-node test/spec/run.ts DIR [FILE…]')
  process.exit(2)
}

const guest = await Guest.create(STORE_RAM)
const totals = { passed: 0, failed: 0, skipped: 0 }
for (const name of readdirSync(directory).sort()) {
  if (!name.endsWith('.json')) continue
  if (only.length > 0 && !only.some((word) => name.includes(word))) continue
  const script = JSON.parse(readFileSync(join(directory, name), 'utf8')) as SpecScript
  const file = new SpecFile(
    guest,
    (module) => new Uint8Array(readFileSync(join(directory, module))),
  )
  file.run(script)
  const { passed, failed, skipped, messages } = file
  console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
  for (const message of messages.slice(0, 10)) console.log(`  ${message}`)
  totals.passed += passed
  totals.failed += failed
  totals.skipped += skipped
}
console.log(`total: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exit(totals.failed > 0 ? 1 : 0)
