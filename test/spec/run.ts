/**
 * Runs the official WebAssembly test suite on the emulated CPU: `npx vite-node test/spec/run.ts DIR [FILE…]`, where DIR holds the
 * output of `wast2json` (one .json and its .wasm files per .wast). Each module is compiled by the backend and its commands are run as
 * calls without a kernel. Prints passed, failed and skipped assertions per file; exits with 1 when one fails and with 2 when there is
 * nothing to run. Skipped are assertions on malformed text, which never becomes a module, and on modules that need what the compiler
 * leaves out.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Guest } from '../backend/guest.ts'
import { SpecFile } from './file.ts'
import type { SpecScript } from './script.ts'
import { STORE_RAM } from './store.ts'

const [directory, ...only] = process.argv.slice(2)

/** Failures that are printed of each file. */
const MOST_MESSAGES = 10

function usage(problem: string): never {
  console.error(`${problem}\nusage: npx vite-node test/spec/run.ts DIR [FILE…]`)
  process.exit(2)
}

/** The scripts in a folder, by name. Other JSON files are not scripts. */
function readScripts(folder: string): [string, SpecScript][] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const isWanted = (name: string): boolean =>
    only.length === 0 || only.some((word) => name.includes(word))
  return names
    .filter(isWanted)
    .sort()
    .map((name): [string, Partial<SpecScript>] => [
      name,
      JSON.parse(readFileSync(join(folder, name), 'utf8')) as Partial<SpecScript>,
    ])
    .filter((item): item is [string, SpecScript] => Array.isArray(item[1].commands))
}

if (directory === undefined) usage('no folder is given')
if (!existsSync(directory)) usage(`there is no folder ${directory}`)
const scripts = readScripts(directory)
if (scripts.length === 0) usage(`${directory} has no output of wast2json`)

const guest = await Guest.create(STORE_RAM)
const totals = { passed: 0, failed: 0, skipped: 0 }
for (const [name, script] of scripts) {
  const read = (module: string): Uint8Array => new Uint8Array(readFileSync(join(directory, module)))
  const file = new SpecFile(guest, read)
  file.run(script)
  const { passed, failed, skipped, messages } = file
  console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
  for (const message of messages.slice(0, MOST_MESSAGES)) console.log(`  ${message}`)
  const rest = messages.length - MOST_MESSAGES
  if (rest > 0) console.log(`  and ${rest} more`)
  totals.passed += passed
  totals.failed += failed
  totals.skipped += skipped
}
console.log(`total: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exit(totals.failed > 0 ? 1 : 0)
