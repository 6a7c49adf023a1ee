import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { collectGuestSources } from './bundle.ts'
import type { GuestSources } from './bundle.ts'
import { CompileError, formatDiagnostic } from './diagnostic.ts'
import { wrongPrograms } from './fixtures/wrongPrograms.ts'
import { compileModule } from './index.ts'

const runtime = new URL('../../../assembly/guest/runtime/', import.meta.url)
const memoryBase = 0x8040_1000

let guest: GuestSources

beforeAll(async () => {
  const files = readdirSync(runtime, { recursive: true, encoding: 'utf8' })
  guest = await collectGuestSources(
    files.filter((file) => /\.(ts|s)$/.test(file)),
    (file) => readFileSync(new URL(file, runtime), 'utf8'),
  )
})

/** The error of a program given as files by path; its entry is the first. */
async function errorOf(files: Record<string, string>): Promise<CompileError> {
  const read = (path: string): string | null => files[path] ?? null
  try {
    await compileModule(Object.keys(files)[0], read, guest, memoryBase)
  } catch (error) {
    if (error instanceof CompileError) return error
    throw error
  }
  throw new Error('The program compiled.')
}

describe('errors of user programs', () => {
  test('each has its place, its line, its cause and its remedy', async () => {
    const texts: string[] = []
    for (const [name, text] of Object.entries(wrongPrograms)) {
      const { message } = await errorOf({ 'programs/test.ts': text })
      texts.push(`=== ${name}\n${message}\n`)
    }
    await expect(texts.join('')).toMatchFileSnapshot('./fixtures/diagnostics.txt')
  }, 300_000)

  test('in an imported file', async () => {
    const { diagnostics } = await errorOf({
      'a/main.ts': 'import { f } from "../b/part"\nexport function main(): void {\n  f()\n}',
      'b/part.ts': 'export function f(): void {\n\n  wrong()\n}',
    })
    expect(diagnostics).toMatchObject([{ file: 'b/part.ts', line: 3, column: 3 }])
  })

  test('a construct that is not supported, in an imported file', async () => {
    const { diagnostics } = await errorOf({
      'main.ts': 'import { f } from "./part"\nexport function main(): void {\n  f()\n}',
      'part.ts': 'export function f(): void {\n  for (const x in a) f()\n}',
    })
    expect(diagnostics).toMatchObject([{ file: 'part.ts', line: 2, column: 3 }])
  })

  test('a file that does not exist', async () => {
    await expect(compileModule('none.ts', () => null, guest, memoryBase)).rejects.toThrow(
      'none.ts: error: The file cannot be read.',
    )
  })

  test('tabs stay before the caret', () => {
    const text = formatDiagnostic({
      ...{ file: 'a.ts', line: 7, column: 3, length: 2, source: '\tx yz' },
      ...{ cause: 'Wrong.', remedy: 'Right.' },
    })
    expect(text.split('\n')).toEqual([
      'a.ts:7:3: error: Wrong.',
      '7 | \tx yz',
      '  | \t ^~',
      'Right.',
    ])
  })
})

describe('programs without errors', () => {
  test('exported async functions become the spawn table', async () => {
    const text = `
      export async function main(): Promise<void> {}
      export async function sum(a: i32, b: i64): Promise<i64> { return b + a }
      export async function name(): Promise<string> { return "" }
      export async function many(a: i64, b: i64, c: i64, d: i64, e: i32): Promise<void> {}
      async function hidden(): Promise<void> {}
      export async function ready(on: boolean): Promise<bool> { return on }`
    const { spawns } = await compileModule('test.ts', () => text, guest, memoryBase)
    expect(spawns).toEqual([
      { name: 'sum', parameters: ['i32', 'i64'], result: 'i64' },
      { name: 'ready', parameters: ['bool'], result: 'bool' },
    ])
  })

  test('two compilations at once do not disturb each other', async () => {
    const program = (n: number): Promise<{ wasm: Uint8Array }> =>
      compileModule(
        'test.ts',
        () => `export function main(): i32 { return ${n} }`,
        guest,
        memoryBase,
      )
    const [first, second] = await Promise.all([program(1), program(2)])
    expect(await program(1)).toEqual(first)
    expect(second.wasm).not.toEqual(first.wasm)
  })
})
