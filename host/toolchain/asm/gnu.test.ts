import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { inFolder, runProgram, testWith } from '../../../test/programs.ts'
import type { Image } from '../elf/image.ts'
import { readImage } from '../elf/reader.ts'
import { assembleImage } from './index.ts'

const base = 0x8000_0000
const prefix = 'riscv64-unknown-elf-'
const fixtures = new URL('./fixtures/', import.meta.url).pathname

/** Sections in the order our linker places them. */
const script = `SECTIONS {
  . = ${base};
  .text : { *(.text .text.*) } .rodata : { *(.rodata .rodata.* .srodata .srodata.*) }
  .data : { *(.data .sdata) } .bss : { *(.bss .sbss) }
  /DISCARD/ : { *(.riscv.attributes .comment) }
}`

function gnuImage(source: string, compressed: boolean): Image {
  const extensions = `${compressed ? 'c' : ''}_zicsr_zifencei_zihintpause_zba_zbb_zbs`
  return inFolder({ 'a.s': source, 'a.ld': script }, (folder) => {
    const flags = [`-march=rv32ima${extensions}`, '-mabi=ilp32', '-mno-relax']
    runProgram(`${prefix}as`, [...flags, 'a.s', '-o', 'a.o'], folder)
    const linked = ['-m', 'elf32lriscv', '--no-relax', '--no-warn-rwx-segments', '-T', 'a.ld']
    runProgram(`${prefix}ld`, [...linked, 'a.o', '-o', 'a.elf'], folder)
    return readImage(readFileSync(join(folder, 'a.elf')))
  })
}

/** One text line per word that is not zero, with the source line of ours. */
function dump(image: Image, lines: Image): string[] {
  const words = new Map<number, number>()
  for (const { address, bytes } of image.segments) {
    bytes.forEach((byte, index) => {
      const at = address + index
      const word = words.get(at & ~3) ?? 0
      words.set(at & ~3, word | (byte << ((at & 3) * 8)))
    })
  }
  return [...words]
    .filter(([, word]) => word !== 0)
    .sort(([a], [b]) => (a >>> 0) - (b >>> 0))
    .map(([address, word]) => {
      const line = lines.lines.findLast((row) => row.address <= address >>> 0)?.line ?? 0
      return `${(address >>> 0).toString(16)} ${(word >>> 0).toString(16)} line ${line}`
    })
}

function expectSame(source: string, compressed: boolean, fileName: string): void {
  const ours = assembleImage(source, { base, compressed, fileName })
  expect(dump(ours, ours)).toEqual(dump(gnuImage(source, compressed), ours))
}

const sources = readdirSync(fixtures).filter((name) => name.endsWith('.s'))

for (const name of sources) {
  const source = readFileSync(join(fixtures, name), 'utf8')
  for (const compressed of [false, true]) {
    const march = compressed ? 'rv32imac' : 'rv32ima'
    testWith([`${prefix}as`, `${prefix}ld`], `${name}: same bytes as GNU as for ${march}`, () => {
      expectSame(source, compressed, name)
    })
  }
}

const programs = readdirSync(new URL('programs/', `file://${fixtures}`).pathname)
/** Machines with the optimisation to compile for them. */
const machines = [
  ['rv32ima', '-O2'],
  ['rv32imac', '-O0'],
  ['rv32imac', '-Os'],
  ['rv32imac_zba_zbb_zbs', '-O2'],
]
const flags = ['-mabi=ilp32', '-ffreestanding', '-fno-builtin', '-fno-merge-constants']

/** What gcc writes; merged strings would move, and the linker is not what is compared. */
function compiled(program: string, options: string[]): string {
  const source = readFileSync(join(fixtures, 'programs', program), 'utf8')
  return inFolder({ 'a.c': source }, (folder) => {
    runProgram(`${prefix}gcc`, [...flags, ...options, '-S', 'a.c', '-o', 'a.s'], folder)
    return withLibrary(readFileSync(join(folder, 'a.s'), 'utf8'))
  })
}

/** Defines what a compiler takes from its library, so that nothing is left to a linker. */
function withLibrary(source: string): string {
  const called = [...source.matchAll(/^\s+(?:call|tail)\s+(\w+)/gm)].map(([, name]) => name)
  const missing = new Set(called.filter((name) => !source.includes(`\n${name}:`)))
  return `${source}\n\t.text\n${[...missing].map((name) => `${name}:\tret\n`).join('')}`
}

for (const program of programs) {
  for (const [march, level] of machines) {
    const name = `what gcc ${level} writes of ${program} for ${march}: same bytes as GNU as`
    testWith([`${prefix}gcc`], name, () => {
      const source = compiled(program, [`-march=${march}`, level])
      expectSame(source, march.includes('imac'), 'a.s')
    })
  }
}

testWith([`${prefix}gcc`], 'what gcc writes for debuggers: same bytes as GNU as', () => {
  const source = compiled('control.c', ['-march=rv32imac', '-O1', '-g'])
  expect(source).toContain('.debug_info')
  expectSame(source, true, 'a.s')
})
