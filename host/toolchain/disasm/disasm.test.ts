import { describe, expect, test } from 'vitest'
import { instructions } from '../../../assembly/tables/instructions.table.ts'
import type { Instruction } from '../../../assembly/tables/instructions.types.ts'
import { formats } from '../../../assembly/tables/instructions.types.ts'
import { inFolder, runProgram, testWith } from '../../../test/programs.ts'
import { compress } from '../asm/compress.ts'
import { decodeFields, instructionNamed, lookUp } from '../asm/encode.ts'
import { assembleImage } from '../asm/index.ts'
import { SymbolIndex } from '../elf/image.ts'
import { disassemble, listing } from './index.ts'
import type { DisassembleOptions } from './index.ts'

const address = 0x8010_0000

/** xorshift32: the same words on every run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/** Words of a row with random operands. */
function samples(row: Instruction, count: number): number[] {
  const random = generator(row.match ^ 0x5eed1234)
  const words: number[] = []
  for (let tries = 0; words.length < count && tries < count * 20; tries++) {
    const bits = row.extension === 'C' ? 0xffff : 0xffff_ffff
    // Few bits set now and then, so that zero operands, which change the meaning, come up too.
    const noise = tries % 3 === 0 ? random() & random() & random() : random()
    const word = ((row.match & row.mask) | (noise & ~row.mask & bits)) >>> 0
    if (lookUp(word) === row) words.push(word)
  }
  return words
}

/** Bytes that words take, one behind the other. */
function wordBytes(words: number[]): number[] {
  return words.flatMap((word) => {
    const parts = [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24]
    return (word & 3) === 3 ? parts : parts.slice(0, 2)
  })
}

/** Text of words that lie one behind the other from `address` on. */
function textOf(words: number[], options: DisassembleOptions): string[] {
  let at = address
  return words.map((word) => {
    const { text, bytes } = disassemble(word, at, options)
    at += bytes
    return text
  })
}

/** Assembles the text of words and expects the same words; one assembly for all of them. */
function expectRoundTrip(words: number[], options: DisassembleOptions, compressed: boolean): void {
  const texts = textOf(words, options)
  const [segment] = assembleImage(texts.join('\n'), { base: address, compressed }).segments
  const expected = wordBytes(words)
  const found = [...segment.bytes.subarray(0, expected.length)]
  const wrong = found.findIndex((byte, index) => byte !== expected[index])
  expect(wrong < 0 ? '' : `byte ${wrong} of\n${texts.join('\n')}`).toBe('')
}

describe('every row of the instruction table', () => {
  const named = (rows: Instruction[]): [string, Instruction][] => rows.map((row) => [row.name, row])

  test.each(named(instructions))('%s', (_name, row) => {
    const words = samples(row, 60)
    const told = textOf(words, { aliases: false }).map((text) =>
      // A reserved bit that is set has no text but the word itself.
      text.startsWith('.') ? 'raw' : text.split(' ')[0].replace(/\.(aq|rl|aqrl)$/, ''),
    )
    expect(told).toContain(row.name)
    expect([row.name, 'raw']).toEqual(expect.arrayContaining([...new Set(told)]))
    expectRoundTrip(words, { aliases: false }, row.extension === 'C')
  })

  const long = instructions.filter((row) => row.extension !== 'C')
  test.each(named(long))('%s with aliases', (_name, row) => {
    expectRoundTrip(samples(row, 60), {}, false)
  })

  // GNU as, and so ours, never shortens jal.
  const short = instructions.filter((row) => row.extension === 'C' && row.format !== 'CJAL')
  test.each(named(short))('%s by the name of what it stands for', (_name, row) => {
    // HINTs are never chosen.
    const words = samples(row, 60).filter((word) => {
      const base = instructionNamed(row.expands ?? '')
      return base !== undefined && compress(base, decodeFields(row, word))?.row === row
    })
    expect(words.length).toBeGreaterThan(0)
    expectRoundTrip(words, {}, true)
  })
})

describe('text', () => {
  const cases: [number, string, string][] = [
    [0x00000013, 'nop', 'addi zero, zero, 0'],
    [0x00500513, 'li a0, 5', 'addi a0, zero, 5'],
    [0x00058513, 'mv a0, a1', 'addi a0, a1, 0'],
    [0x00008067, 'ret', 'jalr zero, 0(ra)'],
    [0x000300e7, 'jalr t1', 'jalr ra, 0(t1)'],
    [0x00c50463, 'beq a0, a2, 0x80100008', 'beq a0, a2, 0x80100008'],
    [0x00050463, 'beqz a0, 0x80100008', 'beq a0, zero, 0x80100008'],
    [0xffdff06f, 'j 0x800ffffc', 'jal zero, 0x800ffffc'],
    [0x30002573, 'csrr a0, mstatus', 'csrrs a0, mstatus, zero'],
    [0x30047073, 'csrci mstatus, 8', 'csrrci zero, mstatus, 8'],
    [0xc0002573, 'rdcycle a0', 'csrrs a0, cycle, zero'],
    [0x0ff0000f, 'fence', 'fence iorw, iorw'],
    [0x0310000f, 'fence rw, w', 'fence rw, w'],
    [0x8330000f, 'fence.tso', 'fence.tso'],
    [0x0c55252f, 'amoswap.w.aq a0, t0, (a0)', 'amoswap.w.aq a0, t0, (a0)'],
    [0x123457b7, 'lui a5, 0x12345', 'lui a5, 0x12345'],
    [0x4501, 'li a0, 0', 'c.li a0, 0'],
    [0x6141, 'addi sp, sp, 16', 'c.addi16sp sp, 16'],
    [0xffff_ffff, '.4byte 0xffffffff', '.4byte 0xffffffff'],
    [0x0000, '.2byte 0x0000', '.2byte 0x0000'],
  ]
  test.each(cases)('%i', (word, withAliases, without) => {
    expect(disassemble(word, address).text).toBe(withAliases)
    expect(disassemble(word, address, { aliases: false }).text).toBe(without)
  })

  test('targets get names', () => {
    const symbols = new SymbolIndex([{ name: 'loop', address, size: 0, kind: 'label' }])
    const branch = disassemble(0x00c50463, address, { symbols })
    expect(branch.text).toBe('beq a0, a2, 0x80100008 <loop+0x8>')
    expect(branch.target).toBe(0x8010_0008)
  })

  test('a listing shows labels, words and source lines', () => {
    const source = '_start: li a0, 1\n.option rvc\nloop: j loop\n'
    const image = assembleImage(source, { base: address, fileName: 'a.s' })
    const lines = [...listing(image, { source: () => source.split('\n') })]
    expect(lines).toEqual([
      '\n80100000 <_start>:',
      '; a.s:1  _start: li a0, 1',
      '80100000:  00100513  li a0, 1',
      '\n80100004 <loop>:',
      '; a.s:3  loop: j loop',
      '80100004:  a001      j 0x80100004 <loop>',
      '80100006:  0001      nop',
    ])
  })

  test('listing of a part', () => {
    const image = assembleImage('nop\nnop\nret', { base: address })
    const lines = [...listing(image, { from: address + 4, to: address + 8 })]
    expect(lines).toEqual(['; input.s:2', '80100004:  00000013  nop'])
  })
})

const objdump = 'riscv64-unknown-elf-objdump'
testWith([objdump, 'riscv64-unknown-elf-objcopy'], 'objdump reads the same instructions', () => {
  // objdump shows these otherwise, knows more registers than we, or does not know the extension without being told.
  const differs = /^(\.|fence|csr|c\.nop|c\.s[lr][la]i.* 0x0$)/
  const rows = instructions.filter(
    (row) => !row.extension.startsWith('Z') || row.extension === 'Zicsr',
  )
  const words = rows.flatMap((row) =>
    samples(row, 20).filter((word) => !differs.test(disassemble(word, 0, { aliases: false }).text)),
  )
  const bytes = Uint8Array.from(wordBytes(words))
  const text = inFolder({ 'a.bin': bytes }, (folder) =>
    runProgram(
      objdump,
      ['-D', '-b', 'binary', '-m', 'riscv:rv32', '-M', 'no-aliases', 'a.bin'],
      folder,
    ),
  )
  const theirs = [...text.matchAll(/^ *([0-9a-f]+):\t[0-9a-f ]+\t(.*)$/gm)]
  expect(theirs.length).toBe(words.length)
  theirs.forEach(([, at, line], index) => {
    const { text: ours } = disassemble(words[index], parseInt(at, 16), { aliases: false })
    expect(sameInstruction(ours, line), `${ours} for ${line}`).toBe(true)
  })
})

/** Compares word by word; numbers may stand in base 10 or 16. */
function sameInstruction(ours: string, theirs: string): boolean {
  const split = (line: string): string[] =>
    line
      .replace(/[#<].*$/, '')
      .trim()
      .split(/[\s,()]+/)
  const [left, right] = [split(ours), split(theirs)]
  return (
    left.length === right.length &&
    left.every((word, index) => {
      const other = right[index]
      return word === other || [Number(other), parseInt(other, 16)].includes(Number(word))
    })
  )
}

test('formats of the table are all known to the disassembler', () => {
  const used = new Set(instructions.map((row) => row.format))
  expect([...used].sort()).toEqual(Object.keys(formats).sort())
})
