import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import { encodeModule } from '../../../test/backend/wasm.ts'
import { inspect } from './inspect.ts'
import { invocations, TABLE, tableFiller, THROWN } from './modules.ts'

const run = promisify(execFile)
const built = new URL('../../../dist/host/toolchain/', import.meta.url)

const word = { parameters: ['i32' as const], results: ['i32' as const] }
const i32 = 0x7f

/** A table whose entry 1 calls a function of the host, and functions in place of Emscripten's. */
function program(callee: (value: number) => number, notes: string[]) {
  const bytes = encodeModule({
    imports: [
      { module: 'host', name: 'callee', ...word },
      { module: 'host', name: 'restore', parameters: ['i32'], results: [] },
      { module: 'host', name: 'note', parameters: ['i32', 'i32'], results: [] },
    ],
    functions: [
      { name: 'entry', ...word, body: [0x20, 0, 0x10, 0] },
      { name: 'save', parameters: [], results: ['i32'], body: [0x41, 42] },
      { name: 'restore', parameters: ['i32'], results: [], body: [0x20, 0, 0x10, 1] },
      { name: 'note', parameters: ['i32', 'i32'], results: [], body: [0x20, 0, 0x20, 1, 0x10, 2] },
    ],
    table: [3, 3],
    tableName: 'table',
  })
  const host = {
    callee,
    restore: (stack: number) => notes.push(`stack ${stack}`),
    note: (first: number, second: number) => notes.push(`note ${first} ${second}`),
  }
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { host }).exports
}

const instance = (bytes: Uint8Array, imports?: WebAssembly.Imports) =>
  new WebAssembly.Instance(new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>), imports)
    .exports

describe('an invocation in wasm', () => {
  let notes: string[]
  beforeEach(() => (notes = []))

  /** Calls entry 1 of the program's table with 5. */
  function invoke(callee: (value: number) => number, isThrown: number): number {
    const { save, restore, note, table } = program(callee, notes)
    const exports = instance(invocations([{ parameters: [i32, i32], results: [i32] }], 2))
    instance(tableFiller(2), {
      in: { from: table, to: exports[TABLE], function0: save, function1: restore, function2: note },
    })
    const thrown = exports[THROWN] as WebAssembly.Global
    thrown.value = isThrown
    const result = (exports.invoke0 as (entry: number, value: number) => number)(1, 5)
    expect(thrown.value).toBe(0)
    return result
  }

  test('gives what the entry gives', () => {
    expect(invoke((value) => value + 2, 0)).toBe(7)
    expect(notes).toEqual([])
  })

  test('notes an exception of C++, with the stack pointer as it was', () => {
    const fail = (): number => {
      throw 1234
    }
    expect(invoke(fail, 1)).toBe(0)
    expect(notes).toEqual(['stack 42', 'note 1 0'])
  })

  test('lets other errors pass', () => {
    const fail = (): number => {
      throw new RangeError('too deep')
    }
    expect(() => invoke(fail, 0)).toThrow('too deep')
    expect(notes).toEqual([])
  })
})

test('a module that is not of Emscripten is left alone', () => {
  expect(inspect(encodeModule({ functions: [{ name: 'f', ...word, body: [0x20, 0] }] }))).toBe(
    undefined,
  )
})

/** Prints what the compiler makes of two programs, one of which is nested too deeply for it. */
const script = (load: string) => `
const { exchangedInvocations } = await import('./invocations/index.js')
const { compile, writeImage } = await ${load}
const { readFile } = await import('node:fs/promises')
const { createHash } = await import('node:crypto')
const guest = JSON.parse(await readFile('../../assets/guest.json', 'utf8'))
const made = (text) => compile('program.ts', (path) => path === 'program.ts' ? text : null, guest).then(
  ({ image }) => createHash('sha256').update(writeImage(image)).digest('hex'),
  ({ message }) => message,
)
const deep = 'export function main(): i32 { let a = 1; return ' + 'a + ('.repeat(3000) + '1' + ')'.repeat(3000) + ' }'
const source = await readFile('../../assets/programs/dns.ts', 'utf8')
console.log(JSON.stringify({ exchanged: exchangedInvocations(), made: [await made(source), await made(deep)] }))
`

async function compiled(load: string): Promise<{ exchanged: number; made: string[] }> {
  const options = { cwd: fileURLToPath(built) }
  const { stdout } = await run(
    process.execPath,
    ['--input-type=module', '-e', script(load)],
    options,
  )
  return JSON.parse(stdout) as { exchanged: number; made: string[] }
}

test('what the compiler makes is the same with and without the exchange', async () => {
  const fast = await compiled("import('./load.js').then(({ loadToolchain }) => loadToolchain())")
  const slow = await compiled("import('./index.js')")
  expect(slow.exchanged).toBe(0)
  expect(fast.exchanged).toBeGreaterThan(20)
  expect(fast.made).toEqual(slow.made)
  expect(fast.made[0]).toMatch(/^[0-9a-f]{64}$/)
})
