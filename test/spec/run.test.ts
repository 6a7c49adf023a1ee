import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Guest } from '../backend/guest.ts'
import { inFolder, runProgram, testWith } from '../programs.ts'
import { SpecFile } from './file.ts'
import type { SpecScript } from './script.ts'
import { STORE_RAM } from './store.ts'

/** Scripts of our own with the number of their assertions. */
const SCRIPTS = { 'own.wast': 50, 'linking.wast': 43, 'edges.wast': 25 }

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

testWith(['wast2json'], 'what the compiler leaves out is skipped and said', async () => {
  const vectors = '(module (func (export "f") (result v128) (v128.const i64x2 1 2)))\n'
  const call = '(assert_return (invoke "f") (v128.const i64x2 1 2))\n'
  const next = '(module (func (export "g")))\n(assert_return (invoke "g"))'
  const { passed, failed, skipped, messages } = await runScript(`${vectors}${call}${next}`)
  expect({ passed, failed, skipped }).toEqual({ passed: 1, failed: 0, skipped: 2 })
  expect(messages).toEqual(['line 1: skipped, because the module is not supported'])
})

test('a command that goes wrong is a failure of its own', async () => {
  const file = new SpecFile(await Guest.create(STORE_RAM), () => {
    throw new Error('no such file')
  })
  const invoke = { type: 'invoke' as const, field: 'f', args: [] }
  file.run({
    source_filename: 'broken.wast',
    commands: [
      { type: 'module', line: 1, filename: 'broken.0.wasm' },
      { type: 'assert_return', line: 2, action: invoke, expected: [] },
      { type: 'of a later edition', line: 3 },
    ],
  })
  expect(file.messages).toEqual(['line 1: no such file', 'line 2: the module is missing'])
  expect(file).toMatchObject({ passed: 0, failed: 2, skipped: 1 })
})
