import { describe, expect, test } from 'vitest'
import { Guest } from '../../../../test/backend/guest.ts'
import type { TestFunction, TestModule } from '../../../../test/backend/wasm.ts'
import { constant, encodeModule } from '../../../../test/backend/wasm.ts'
import { assemble } from '../../asm/index.ts'
import { lineAt } from '../../elf/image.ts'
import type { LinkOptions } from './image.ts'
import { linkImage } from './image.ts'

const BASE = 0x80000000

const add: TestFunction = {
  name: 'add',
  parameters: ['i32', 'i32'],
  results: ['i32'],
  body: [0x20, 0, 0x20, 1, 0x6a],
}

function link(module: TestModule, options: Partial<LinkOptions> = {}) {
  return linkImage({ wasm: encodeModule(module), base: BASE, entry: 'add', ...options })
}

const addressOf = (image: ReturnType<typeof link>, name: string): number =>
  image.symbols.find((symbol) => symbol.name === name)!.address

test('a program begins with its header', () => {
  const image = link({ functions: [add] }, { header: true })
  const header = new DataView(image.segments[0].bytes.buffer)
  expect(image.segments[0].address).toBe(BASE)
  expect(header.getUint32(0, true)).toBe(0x4750544e)
  expect(header.getUint32(8, true)).toBe(image.entry)
  expect(header.getUint32(12, true)).toBe(addressOf(image, '__image_end'))
})

test('assembly and wasm call each other', async () => {
  const object = assemble(
    `.text
     .globl twice
     twice: addi sp, sp, -16
            sw ra, 12(sp)
            mv a1, a0
            call add
            lw ra, 12(sp)
            addi sp, sp, 16
            ret`,
    { fileName: 'twice.s' },
  )
  const four: TestFunction = {
    name: 'four',
    parameters: ['i32'],
    results: ['i32'],
    body: [0x20, 0, 0x10, 0, 0x10, 0],
  }
  const imported = [
    { module: 'asm', name: 'twice', parameters: ['i32' as const], results: ['i32' as const] },
  ]
  const image = link({ imports: imported, functions: [add, four] }, { objects: [object] })
  const guest = await Guest.create()
  guest.load(image)
  const outcome = guest.call(addressOf(image, 'four'), [5])
  expect(outcome).toMatchObject({ kind: 'returned' })
  expect(outcome.kind === 'returned' && outcome.words[0]).toBe(20)
})

test('a wrong function pointer faults with a code that names the mistake', async () => {
  const call: TestFunction = {
    name: 'call',
    parameters: ['i32'],
    results: ['i32'],
    body: [0x20, 0, 0x20, 0, 0x11, 1, 0],
  }
  const image = link({ functions: [add, call], table: [0, 1] })
  const guest = await Guest.create()
  guest.load(image)
  expect(guest.call(addressOf(image, 'call'), [0])).toEqual({ kind: 'trap', code: 5, cause: 3 })
  expect(guest.call(addressOf(image, 'call'), [2])).toEqual({ kind: 'trap', code: 4, cause: 3 })
})

test('code belongs to the lines of the source map', () => {
  const wasm = encodeModule({ functions: [add] })
  const body = wasm.length - add.body.length - 1
  // One mapping: column = offset of the body, source 0, line 6, column 2.
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const vlq = (value: number): string => {
    const first = (value << 1) & 31
    const rest = value >> 4
    return rest === 0 ? digits[first] : digits[first | 32] + digits[rest]
  }
  const sourceMap = JSON.stringify({
    version: 3,
    sources: ['a.ts'],
    mappings: vlq(body) + vlq(0) + vlq(6) + vlq(2),
  })
  const image = linkImage({ wasm, base: BASE, entry: 'add', sourceMap })
  expect(lineAt(image, addressOf(image, 'add'))).toMatchObject({ file: 'a.ts', line: 7, column: 3 })
})

describe('refusals', () => {
  test('an unknown import, by its name', () => {
    const imports = [{ module: 'env', name: 'abort', parameters: [], results: [] }]
    expect(() => link({ imports, functions: [add] })).toThrow('unknown import env.abort')
  })

  test('a symbol nobody defines', () => {
    const imports = [{ module: 'asm', name: 'missing', parameters: [], results: [] }]
    const call: TestFunction = { name: 'call', parameters: [], results: [], body: [0x10, 0] }
    expect(() => link({ imports, functions: [add, call] })).toThrow('undefined symbol missing')
  })

  test('a CSR number that is not constant', () => {
    const imports = [
      { module: 'rv', name: 'csrRead', parameters: ['i32' as const], results: ['i32' as const] },
    ]
    const read: TestFunction = {
      name: 'read',
      parameters: ['i32'],
      results: ['i32'],
      body: [0x20, 0, 0x10, 0],
    }
    expect(() => link({ imports, functions: [add, read] })).toThrow(
      /CSR number must be a constant.*in read/,
    )
  })

  test('an instruction that is not known, with its function', () => {
    const vector = [0xfd, 0x0c, ...new Array<number>(16).fill(0), 0x1a]
    const bad: TestFunction = { name: 'bad', parameters: [], results: [], body: vector }
    expect(() => link({ functions: [add, bad] })).toThrow(
      /unsupported wasm instruction 0xfd.*in bad/,
    )
  })

  test('assembly that needs the room of the data', () => {
    const object = assemble('.text\n.space 5000\n', { fileName: 'large.s' })
    expect(() => link({ functions: [add] }, { objects: [object] })).toThrow('exceed the space')
  })
})

test('intrinsics are the instructions they name', () => {
  const i32 = 'i32' as const
  const names = { csrSwap: 2, mmioLoad32: 1, amoAdd: 2, ecall: 7 } as const
  const imports = Object.entries(names).map(([name, count]) => ({
    module: 'rv',
    name,
    parameters: Array.from({ length: count }, () => i32),
    results: [i32],
  }))
  const body = [
    ...[...constant('i32', 0x340), 0x20, 0, 0x10, 0],
    ...[...constant('i32', 0x10000004), 0x10, 1, 0x6a],
    ...[0x20, 0, 0x20, 1, 0x10, 2, 0x6a],
    ...[...Array.from({ length: 7 }, (_, i) => constant('i32', i)).flat(), 0x10, 3, 0x6a],
  ]
  const image = link({ imports, functions: [add, { ...add, name: 'all', body }] })
  const text = image.segments.find(({ name }) => name === '.text')!
  const words = new Uint32Array(text.bytes.slice().buffer)
  const has = (mask: number, match: number): boolean =>
    words.some((word) => (word & mask) >>> 0 === match >>> 0)
  expect(has(0xfff0707f, 0x34001073)).toBe(true) // csrrw …, mscratch
  expect(has(0xf800707f, 0x0000202f)).toBe(true) // amoadd.w
  expect(has(0xffffffff, 0x00000073)).toBe(true) // ecall
  expect(has(0xfff0707f, 0x00402003)).toBe(true) // lw …, 4(…)
})
