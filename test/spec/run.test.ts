import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { Guest } from '../backend/guest.ts'
import { inFolder, runProgram, testWith } from '../programs.ts'
import { SpecFile } from './file.ts'
import type { SpecScript } from './script.ts'
import { STORE_RAM } from './store.ts'

/** Scripts of our own with the number of their assertions. */
const SCRIPTS = { 'own.wast': 50, 'linking.wast': 43 }

const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')

async function runScript(text: string): Promise<SpecFile> {
  const guest = await Guest.create(STORE_RAM)
  return inFolder({ 'own.wast': text }, (folder) => {
    runProgram('wast2json', ['own.wast', '-o', 'own.json'], folder)
    const file = new SpecFile(guest, (name) => new Uint8Array(readFileSync(join(folder, name))))
    file.run(JSON.parse(readFileSync(join(folder, 'own.json'), 'utf8')) as SpecScript)
    return file
  })
}

for (const [name, count] of Object.entries(SCRIPTS)) {
  testWith(['wast2json'], `every assertion of ${name} passes`, async () => {
    const { passed, failed, skipped, messages } = await runScript(fixture(name))
    expect(messages).toEqual([])
    expect({ passed, failed, skipped }).toEqual({ passed: count, failed: 0, skipped: 0 })
  })
}

testWith(['wast2json'], 'a wrong expectation fails with its line', async () => {
  const wrong = '(module (func (export "one") (result i32) (i32.const 1)))\n'
  const { failed, messages } = await runScript(
    `${wrong}(assert_return (invoke "one") (i32.const 2))\n(assert_trap (invoke "one") "unreachable")`,
  )
  expect(failed).toBe(2)
  expect(messages).toEqual([
    'line 2: expected i32 2, got words 1',
    'line 3: expected a trap (unreachable), got: it returned',
  ])
})
