/**
 * Random programs over all instructions give the same registers, memory and traps here and on qemu-system-riscv32.
 * NOTHREAD_PROGRAMS sets how many are compared.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { assembleImage } from '../../../host/toolchain/asm/index.ts'
import { writeImage } from '../../../host/toolchain/elf/writer.ts'
import { inFolder, testWith } from '../../programs.ts'
import { Board } from '../board.ts'
import { randomProgram, sourceOf } from './program.ts'

const programs = Number(process.env.NOTHREAD_PROGRAMS ?? 200)
const perImage = 50
const mark = 0x600d_c0de
const cpu = 'rv32,s=false,h=false,f=false,d=false,sstc=false,zba=true,zbb=true,zbs=true'

/** What an image prints on QEMU. */
function onQemu(elf: Uint8Array): Uint8Array {
  return inFolder({ 'program.elf': elf }, (folder) => {
    const args = ['-machine', 'virt', '-cpu', cpu, '-m', '16', '-display', 'none']
    args.push('-monitor', 'none', '-serial', 'file:out', '-bios', 'none', '-kernel', 'program.elf')
    spawnSync('qemu-system-riscv32', args, { cwd: folder, timeout: 30_000 })
    return readFileSync(join(folder, 'out'))
  })
}

/** What it prints here. */
async function here(elf: Uint8Array): Promise<Uint8Array> {
  const board = await Board.with(elf, { ramBytes: 16 << 20 })
  const parts: Uint8Array[] = []
  for (;;) {
    const stop = board.run()
    parts.push(board.console())
    if (stop !== 'Console') break
  }
  return Buffer.concat(parts)
}

/** The output, cut behind each program's mark, as words. */
function results(output: Uint8Array): number[][] {
  const words = new Uint32Array(output.slice(0, output.length & ~3).buffer)
  const found: number[][] = [[]]
  for (const word of words) {
    if (word === mark) found.push([])
    else found[found.length - 1].push(word)
  }
  return found
}

testWith(
  ['qemu-system-riscv32'],
  `${programs} random programs end as they do on QEMU`,
  async () => {
    for (let first = 0; first < programs; first += perImage) {
      const seeds = Array.from({ length: perImage }, (_, index) => first + index)
      const source = sourceOf(seeds.map((seed) => randomProgram(seed)))
      const elf = writeImage(assembleImage(source, { base: 0x8000_0000, compressed: false }))
      const theirs = results(onQemu(elf))
      const ours = results(await here(elf))
      for (const [index, seed] of seeds.entries()) {
        expect({ seed, words: ours[index] }).toEqual({ seed, words: theirs[index] })
      }
      expect(theirs.length).toBe(perImage + 1)
    }
  },
)
