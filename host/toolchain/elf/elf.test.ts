import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fuzzCases, randomNumbers } from '../../../test/fuzz.ts'
import { inFolder, runProgram, testWith } from '../../../test/programs.ts'
import { DwarfError } from '../dwarf/error.ts'
import { ElfError } from './error.ts'
import type { Image } from './image.ts'
import { lineAt, segmentAt, SymbolIndex } from './image.ts'
import { readImage } from './reader.ts'
import { writeImage } from './writer.ts'

const toolPrefix = 'riscv64-unknown-elf-'

/** li a0, 0; li a1, 1; sh1add a2, a0, a1; ret; nop; ret */
const code = [0x00000513, 0x00100593, 0x20b52633, 0x00008067, 0x00000013, 0x00008067]

function sample(): Image {
  return {
    entry: 0x8000_0000,
    segments: [
      {
        address: 0x8000_0000,
        bytes: new Uint8Array(Uint32Array.from(code).buffer),
        memorySize: code.length * 4,
        flags: 5,
      },
      { address: 0x8000_1004, bytes: Uint8Array.of(1, 2, 3, 4, 5), memorySize: 64, flags: 6 },
    ],
    symbols: [
      { name: 'local', address: 0x8000_0010, size: 8, kind: 'function', global: false },
      { name: 'first', address: 0x8000_0000, size: 16, kind: 'function', global: true },
      { name: 'numbers', address: 0x8000_1004, size: 5, kind: 'object', global: true },
      { name: 'limit', address: 42, size: 0, kind: 'absolute', global: true },
    ],
    lines: [
      { address: 0x8000_0000, file: 'echo.ts', line: 10, column: 3 },
      { address: 0x8000_0004, file: 'echo.ts', line: 11, column: 5 },
      { address: 0x8000_0008, file: 'runtime/task.ts', line: 400, column: 1 },
      { address: 0x8000_000c, file: '', line: 0, column: 0 },
      { address: 0x8000_0010, file: 'echo.ts', line: 2, column: 0 },
      { address: 0x8000_0018, file: '', line: 0, column: 0 },
    ],
    sections: new Map([['.nothread.awaits', Uint8Array.of(7, 8, 9)]]),
    machineFlags: 0,
  }
}

function patched(at: number, ...bytes: number[]): Uint8Array {
  const file = writeImage(sample())
  file.set(bytes, at)
  return file
}

function word(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]
}

function fieldRefused(file: Uint8Array): string {
  try {
    readImage(file)
  } catch (error) {
    if (error instanceof ElfError || error instanceof DwarfError) return error.field
    throw error
  }
  return 'nothing'
}

describe('image', () => {
  test('is the same after writing and reading', () => {
    const read = readImage(writeImage(sample()))
    expect(read.entry).toBe(sample().entry)
    expect(read.segments).toEqual(sample().segments)
    expect(read.symbols).toEqual(sample().symbols)
    expect(read.lines).toEqual(sample().lines)
    expect(read.sections).toEqual(sample().sections)
  })

  test('keeps a line table that outgrows the first buffer', () => {
    const lines = Array.from({ length: 400 }, (_, index) => {
      return { address: 0x8000_0000 + index * 2, file: 'long.ts', line: index * 20 + 1, column: 1 }
    })
    const bytes = new Uint8Array(800)
    const segments = [{ address: 0x8000_0000, bytes, memorySize: 800, flags: 5 }]
    const read = readImage(writeImage({ ...sample(), segments, symbols: [], lines }))
    expect(read.lines.slice(0, -1)).toEqual(lines)
    expect(read.lines[400]).toMatchObject({ address: 0x8000_0320, line: 0 })
  })

  test('finds lines, segments and symbols by address', () => {
    const image = sample()
    expect(lineAt(image, 0x8000_0006)).toMatchObject({ line: 11 })
    expect(lineAt(image, 0x8000_000e)).toBeUndefined()
    expect(lineAt(image, 0x7fff_ffff)).toBeUndefined()
    expect(segmentAt(image, 0x8000_1043)?.flags).toBe(6)
    expect(segmentAt(image, 0x8000_1044)).toBeUndefined()
    const index = new SymbolIndex(image.symbols)
    expect(index.describe(0x8000_0000)).toBe('first')
    expect(index.describe(0x8000_000c)).toBe('first+0xc')
    expect(index.describe(0x8000_0014)).toBe('local+0x4')
    expect(index.describe(0x8000_2000)).toBeUndefined()
  })
})

describe('broken files', () => {
  const programHeader = 52
  const good = writeImage(sample())
  const headerWord = (at: number): number => new DataView(good.buffer).getUint32(at, true)
  const firstSection = headerWord(32)

  const cases: [string, Uint8Array, string][] = [
    ['empty', new Uint8Array(0), 'e_ident'],
    ['text', new TextEncoder().encode('#!/bin/sh'), 'e_ident'],
    ['cut behind the magic', good.slice(0, 5), 'e_ident EI_DATA'],
    ['cut in the header', good.slice(0, 40), 'e_ehsize'],
    ['64-bit', patched(4, 2), 'e_ident EI_CLASS'],
    ['big-endian', patched(5, 2), 'e_ident EI_DATA'],
    ['ident version', patched(6, 9), 'e_ident EI_VERSION'],
    ['object file', patched(16, 1), 'e_type'],
    ['shared object', patched(16, 3), 'e_type'],
    ['core dump', patched(16, 4), 'e_type'],
    ['x86-64', patched(18, 62), 'e_machine'],
    ['version', patched(20, 2), 'e_version'],
    ['odd entry', patched(24, 1), 'e_entry'],
    ['entry outside', patched(24, ...word(0x1000)), 'e_entry'],
    ['program table outside', patched(28, ...word(0xffff_fff0)), 'e_phoff'],
    ['section table outside', patched(32, ...word(good.length - 39)), 'e_shoff'],
    ['hard-float calling convention', patched(36, 4), 'e_flags'],
    ['header size', patched(40, 64), 'e_ehsize'],
    ['program header size', patched(42, 56), 'e_phentsize'],
    ['no segments', patched(44, 0), 'e_phnum'],
    ['section header size', patched(46, 64), 'e_shentsize'],
    ['name section', patched(50, 200), 'e_shstrndx'],
    ['interpreter', patched(programHeader, 3), 'segment 0 p_type'],
    ['segment outside', patched(programHeader + 4, ...word(1 << 20)), 'segment 0 p_offset'],
    ['segment overlap', patched(programHeader + 44, ...word(0x8000_0010)), 'segment 1 p_paddr'],
    ['segment beyond 4 GiB', patched(programHeader + 20, ...word(-1)), 'segment 0 p_memsz'],
    ['memory below file', patched(programHeader + 20, ...word(8)), 'segment 0 p_filesz'],
    ['section name', patched(firstSection + 40, ...word(99999)), 'section 1 sh_name'],
    ['section outside', patched(firstSection + 40 + 16, ...word(-1)), 'section 1 sh_offset'],
  ]
  test.each(cases)('%s', (_name, file, field) => {
    expect(fieldRefused(file)).toBe(field)
  })

  test('a message names the field, the value and the way out', () => {
    expect(() => readImage(patched(18, 62))).toThrow(
      /^ELF e_machine: 62 \(x86-64\) is not RISC-V \(243\)\. Build it with riscv32/,
    )
  })

  test('every cut is refused or harmless', () => {
    for (let length = 0; length < good.length; length++) {
      expect(fieldRefused(good.slice(0, length))).not.toBe('nothing')
    }
  })

  test('every single damaged byte gives an image or a typed error', () => {
    let refused = 0
    for (let at = 0; at < good.length; at++) {
      for (const flip of [0xff, 0x01, 0x80]) {
        const file = good.slice()
        file[at] ^= flip
        if (fieldRefused(file) !== 'nothing') refused++
      }
    }
    expect(refused).toBeGreaterThan(100)
  })

  test(
    'several damaged fields give an image or a typed error',
    { timeout: fuzzCases(3000) * 10 },
    () => {
      const random = randomNumbers(4711)
      const values = [
        0,
        1,
        2,
        0xff,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
        good.length,
        0x8000_0000,
      ]
      const view = (file: Uint8Array): DataView => new DataView(file.buffer, file.byteOffset)
      let refused = 0
      for (let round = 0; round < fuzzCases(3000); round++) {
        const file = good.slice(0, round % 3 === 0 ? random(good.length + 1) : good.length)
        for (let edits = random(4); edits >= 0 && file.length >= 4; edits--) {
          const at = random(file.length - 3)
          if (edits % 2 === 0) view(file).setUint32(at & ~3, values[random(values.length)], true)
          else file[at] = random(256)
        }
        if (fieldRefused(file) !== 'nothing') refused++
      }
      expect(refused).toBeGreaterThan(fuzzCases(3000) / 8)
    },
  )
})

describe('other tools', () => {
  const files = { 'image.elf': writeImage(sample()) }

  testWith([`${toolPrefix}readelf`], 'readelf reads our file without a warning', () => {
    const text = inFolder(files, (folder) =>
      runProgram(
        `${toolPrefix}readelf`,
        ['-W', '-a', '--debug-dump=decodedline', 'image.elf'],
        folder,
      ),
    )
    expect(text).not.toMatch(/warning|error|corrupt/i)
    expect(text).toMatch(/echo\.ts\s+11\s+0x80000004/)
    expect(text).toMatch(/80000000\s+16 FUNC\s+GLOBAL DEFAULT\s+1 first/)
    expect(text).toMatch(/\.nothread\.awaits/)
  })

  testWith([`${toolPrefix}objdump`], 'objdump disassembles with source lines', () => {
    const text = inFolder(files, (folder) =>
      runProgram(`${toolPrefix}objdump`, ['-d', '-l', 'image.elf'], folder),
    )
    expect(text).toMatch(/80000000 <first>:/)
    expect(text).toMatch(/sh1add\s+a2,a0,a1/)
    expect(text).toMatch(/echo\.ts:10/)
    expect(text).toMatch(/task\.ts:400/)
  })

  testWith(['gdb-multiarch'], 'gdb looks up lines, addresses and functions', () => {
    const commands = [
      'info line echo.ts:11',
      'info symbol 0x80000014',
      'info scope first',
      'list first',
    ]
    const args = ['-batch', '-nx', ...commands.flatMap((text) => ['-ex', text]), 'image.elf']
    const text = inFolder(files, (folder) => runProgram('gdb-multiarch', args, folder))
    expect(text).toMatch(/Line 11 of "\.\/echo\.ts" starts at address 0x80000004/)
    expect(text).toMatch(/local \+ 4 in section \.text/)
  })

  const fixture = new URL('../asm/fixtures/programs/basics.c', import.meta.url).pathname
  for (const version of [4, 5]) {
    testWith(
      [`${toolPrefix}gcc`, `${toolPrefix}addr2line`],
      `the line of every row is what addr2line says, DWARF ${version}`,
      () => {
        inFolder({ 'program.c': readFileSync(fixture) }, (folder) => {
          const flags = ['-march=rv32imac', '-mabi=ilp32', '-O1', `-gdwarf-${version}`]
          const linked = ['-nostdlib', '-ffreestanding', '-Ttext=0x80000000', '-lgcc']
          const gcc = [...flags, 'program.c', ...linked, '-o', 'a.elf']
          runProgram(`${toolPrefix}gcc`, gcc, folder)
          const image = readImage(readFileSync(join(folder, 'a.elf')))
          const addresses = image.lines.filter((row) => row.line !== 0).map((row) => row.address)
          expect(addresses.length).toBeGreaterThan(100)
          const args = ['-e', 'a.elf', ...addresses.map((address) => address.toString(16))]
          const theirs = runProgram(`${toolPrefix}addr2line`, args, folder).trim().split('\n')
          const ours = addresses.map((address) => lineAt(image, address)?.line)
          expect(ours).toEqual(theirs.map((text) => Number(/:(\d+)/.exec(text)?.[1])))
        })
      },
    )
  }

  const program =
    'int counter = 3;\nint zeros[100];\nint twice(int x) {\n  return x * counter;\n}\nvoid _start(void) {\n  zeros[1] = twice(4);\n}\n'
  const linked = [
    '-march=rv32ima',
    '-mabi=ilp32',
    '-O0',
    '-nostdlib',
    '-Ttext=0x80000000',
    'a.c',
    '-o',
    'a.elf',
  ]
  for (const version of [4, 5]) {
    testWith(
      [`${toolPrefix}gcc`],
      `reads gcc's segments, symbols and DWARF ${version} lines`,
      () => {
        const image = inFolder({ 'a.c': program }, (folder) => {
          runProgram(`${toolPrefix}gcc`, [`-gdwarf-${version}`, ...linked], folder)
          return readImage(readFileSync(join(folder, 'a.elf')))
        })
        const index = new SymbolIndex(image.symbols)
        const twice = image.symbols.find((symbol) => symbol.name === 'twice')
        expect(twice).toMatchObject({ kind: 'function' })
        expect(lineAt(image, twice?.address ?? 0)).toMatchObject({ file: 'a.c', line: 3 })
        expect(index.describe(image.entry)).toBe('_start')
        const lines = new Set(image.lines.map((row) => row.line))
        for (const line of [3, 4, 6, 7, 8]) expect(lines).toContain(line)
        const zeros = image.symbols.find((symbol) => symbol.name === 'zeros')
        expect(zeros).toMatchObject({ kind: 'object', size: 400 })
        expect(segmentAt(image, (zeros?.address ?? 0) + 399)).toBeDefined()
      },
    )
  }
})
