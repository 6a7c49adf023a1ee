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
  .text : { *(.text) } .text.other : { *(.text.*) } .rodata : { *(.rodata) } .data : { *(.data) } .bss : { *(.bss) }
  /DISCARD/ : { *(.riscv.attributes) }
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

const sources = readdirSync(fixtures).filter((name) => name.endsWith('.s'))

for (const name of sources) {
  const source = readFileSync(join(fixtures, name), 'utf8')
  for (const compressed of [false, true]) {
    const march = compressed ? 'rv32imac' : 'rv32ima'
    testWith([`${prefix}as`, `${prefix}ld`], `${name}: same bytes as GNU as for ${march}`, () => {
      const ours = assembleImage(source, { base, compressed, fileName: name })
      expect(dump(ours, ours)).toEqual(dump(gnuImage(source, compressed), ours))
    })
  }
}
