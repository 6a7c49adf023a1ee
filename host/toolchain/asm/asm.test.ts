import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fuzzCases, randomNumbers } from '../../../test/fuzz.ts'
import { disassemble } from '../disasm/index.ts'
import { CompileError } from '../frontend/diagnostic.ts'
import type { Diagnostic } from '../frontend/diagnostic.ts'
import { assemble, assembleImage, relocate, RelocationError } from './index.ts'

const base = 0x8000_0000

/** The code as text again, up to the first word that is no instruction. */
function code(source: string, compressed = false): string[] {
  const [segment] = assembleImage(source, { base, compressed }).segments
  const data = [...segment.bytes, 0, 0]
  const texts: string[] = []
  for (let at = 0; at < segment.bytes.length;) {
    const word = data[at] | (data[at + 1] << 8) | (data[at + 2] << 16) | (data[at + 3] << 24)
    const { text, bytes, row } = disassemble(word, base + at, { aliases: false })
    if (row === undefined) break
    texts.push(text)
    at += bytes
  }
  return texts
}

function bytes(source: string): number[] {
  const section = assemble(source).sections.find(({ size }) => size > 0)
  return [...(section?.bytes ?? [])]
}

function mistakes(source: string): Diagnostic[] {
  try {
    assembleImage(source, { base, fileName: 'a.s' })
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics
    throw error
  }
  return []
}

describe('instructions', () => {
  test('numbers are loaded with as few instructions as possible', () => {
    expect(code('li a0, 5')).toEqual(['addi a0, zero, 5'])
    expect(code('li a0, 0x1000')).toEqual(['lui a0, 0x1'])
    expect(code('li a0, 0x12345fff')).toEqual(['lui a0, 0x12346', 'addi a0, a0, -1'])
    expect(code('li a0, -1')).toEqual(code('li a0, 0xffffffff'))
  })

  test('a branch out of reach becomes the opposite one over a jump', () => {
    expect(code('beq a0, a1, far\n.zero 4088\nfar: ret')).toEqual(['beq a0, a1, 0x80000ffc'])
    expect(code('beq a0, a1, far\n.zero 4092\nfar: ret')).toEqual([
      'bne a0, a1, 0x80000008',
      'jal zero, 0x80001004',
    ])
    expect(code('back: .zero 4096\nbltu a0, a1, back').length).toBe(0)
  })

  test('a branch that grows can push another one out of reach', () => {
    const both = code('beq a0, a1, end\nbne a0, a1, end2\n.zero 4084\nend: nop\nend2: ret')
    expect(both).toEqual(['beq a0, a1, 0x80000ffc', 'bne a0, a1, 0x80001000'])
    const pushed = code('beq a0, a1, end\nbne a0, a1, end2\n.zero 4084\nend: nop\nnop\nend2: ret')
    expect(pushed).toEqual([
      'bne a0, a1, 0x80000008',
      'jal zero, 0x80001004',
      'beq a0, a1, 0x80000010',
      'jal zero, 0x8000100c',
    ])
  })

  test('short forms are chosen on request only', () => {
    const source = 'addi a0, a0, 1\nlw a1, 4(a0)\nj next\nnext: ret'
    expect(code(source).join()).not.toContain('c.')
    expect(code(source, true)).toEqual([
      'c.addi a0, 1',
      'c.lw a1, 4(a0)',
      'c.j 0x80000006',
      'c.jr ra',
    ])
    expect(code('.option push\n.option rvc\nnop\n.option pop\nnop').slice(0, 2)).toEqual([
      'c.nop',
      'addi zero, zero, 0',
    ])
  })

  test('numeric labels mean the nearest one', () => {
    const source = '1: j 1f\nj 1b\n1: j 1b\nj 1f\n1: nop'
    expect(code(source).slice(0, 4)).toEqual([
      'jal zero, 0x80000008',
      'jal zero, 0x80000000',
      'jal zero, 0x80000008',
      'jal zero, 0x80000010',
    ])
  })

  test('addresses are relative to the instruction', () => {
    expect(code('la a0, there\nthere:')).toEqual(['auipc a0, 0x0', 'addi a0, a0, 8'])
    expect(code('call there\nthere:')).toEqual(['auipc ra, 0x0', 'jalr ra, 8(ra)'])
    expect(code('lui a0, %hi(there)\nlw a0, %lo(there)(a0)\nthere:')).toEqual([
      'lui a0, 0x80000',
      'lw a0, 8(a0)',
    ])
  })

  test('constants come from the caller too', () => {
    const image = assembleImage('li a0, LIMIT + 1', { base, constants: { LIMIT: 41 } })
    expect(image.segments[0].bytes[3]).toBe(0x02)
    expect(image.symbols).toContainEqual(
      expect.objectContaining({ name: 'LIMIT', address: 41, kind: 'absolute' }),
    )
  })
})

describe('data', () => {
  const cases: [string, number[]][] = [
    ['.byte 1, -1, 0xff', [1, 255, 255]],
    ['.half 0x1234', [0x34, 0x12]],
    ['.word 1 << 4 | 3, ~0', [19, 0, 0, 0, 255, 255, 255, 255]],
    ['.dword -2', [254, 255, 255, 255, 255, 255, 255, 255]],
    ['.ascii "a\\n\\"\\101\\x42"', [97, 10, 34, 65, 66]],
    ['.asciz "é"', [195, 169, 0]],
    [".byte 'a', '\\n', '\\''", [97, 10, 39]],
    ['.byte 1\n.balign 4\n.byte 2', [1, 0, 0, 0x13, 2].slice(0, 0)],
    ['.fill 2, 2, 7', [7, 0, 7, 0]],
    ['.space 3, 9', [9, 9, 9]],
    ['.byte end - start\nstart: .half 1\nend:', [2, 1, 0]],
    ['.byte 2 + 3 * 4, (2 + 3) * 4, 7 % 4, 1 == 1, 1 && 0', [14, 20, 3, 255, 0]],
    ['.set n, 1\n.byte n\n.set n, n + 1\n.byte n', [1, 2]],
    ['n = 5\n.byte n', [5]],
    ['.byte later\n.equ later, 9', [9]],
    ['.byte 1 # comment\n/* .byte 2\n*/ .byte 3 // four\n.ascii "#;"', [1, 3, 35, 59]],
    ['.byte 1; .byte 2', [1, 2]],
    ['.rept 3\n.byte 7\n.endr', [7, 7, 7]],
    ['.irp x, 1, 2\n.byte \\x\n.endr', [1, 2]],
    ['.irpc x, 45\n.byte \\x\n.endr', [4, 5]],
    ['.macro two a, b=9\n.byte \\a, \\b\n.endm\ntwo 1\ntwo 2, 3\ntwo b=4, a=5', [1, 9, 2, 3, 5, 4]],
    ['.macro l\ny\\@: .byte \\@\n.endm\nl\nl', [0, 1]],
    [
      '.macro v first, rest:vararg\n.byte \\first\n.ifnb \\rest\nv \\rest\n.endif\n.endm\nv 1, 2, 3',
      [1, 2, 3],
    ],
    ['.if 2 > 1\n.byte 1\n.else\n.byte 2\n.endif', [1]],
    ['.if 0\n.byte 1\n.elseif 1\n.byte 2\n.else\n.byte 3\n.endif', [2]],
    ['.ifdef nothing\n.if 1\n.byte 1\n.endif\n.else\n.byte 2\n.endif', [2]],
    ['.ifc a, a\n.byte 1\n.endif\n.ifnc a, a\n.byte 2\n.endif', [1]],
    ['.byte 1\n.end\n.byte 2', [1]],
  ]
  test.each(cases.filter(([, expected]) => expected.length > 0))('%s', (source, expected) => {
    expect(bytes(`.section .rodata\n${source}`)).toEqual(expected)
  })

  test('alignment pads data with zeros and code with no-operations', () => {
    expect(bytes('.data\n.byte 1\n.balign 4\n.byte 2')).toEqual([1, 0, 0, 0, 2])
    expect(code('ret\n.balign 16')).toHaveLength(4)
    expect(bytes('.data\n.byte 1\n.p2align 3, , 2\n.byte 2')).toEqual([1, 2])
  })

  test('sections, symbols and their sizes', () => {
    const object = assemble(
      '.globl f\n.type f, @function\nf: ret\n.size f, . - f\n.bss\nb: .zero 8\n.comm c, 16, 8\n.section .note, "", @progbits\n.byte 1',
    )
    const named = Object.fromEntries(object.symbols.map((symbol) => [symbol.name, symbol]))
    expect(named.f).toMatchObject({ kind: 'function', global: true, size: 4, value: 0 })
    expect(named.c).toMatchObject({ kind: 'object', global: true, size: 16, value: 8 })
    const bss = object.sections.find(({ name }) => name === '.bss')
    expect(bss).toMatchObject({ size: 24, alignment: 8 })
    expect(bss?.bytes.length).toBe(0)
    expect(object.sections.find(({ name }) => name === '.note')?.flags).toBe(0)
  })
})

describe('objects', () => {
  test('references to other objects become relocations that a linker resolves', () => {
    const object = assemble(
      'call outside\nbeq a0, a1, outside\n.weak maybe\nlla a0, maybe\n.data\n.word outside + 4',
    )
    const outside = object.symbols.findIndex(({ name }) => name === 'outside')
    expect(object.symbols[outside]).toMatchObject({ section: 'undefined', global: true })
    const [text, data] = relocate(object, {
      sections: object.sections.map((_, index) => base + index * 0x1000),
      symbol: (index) => (index === outside ? base + 0x200 : undefined) ?? located(object, index),
    })
    expect(new DataView(data.buffer).getUint32(0, true)).toBe(base + 0x204)
    expect(disassemble(new DataView(text.buffer).getUint32(12, true), base + 12).target).toBe(
      base + 0x200,
    )
    const missing = { sections: object.sections.map(() => base), symbol: () => undefined }
    expect(() => relocate(object, missing)).toThrow(RelocationError)
  })

  test('lines lead from addresses to the source', () => {
    const image = assembleImage('nop\n\n  ret # done\n.macro m\nnop\n.endm\nm', {
      base,
      fileName: 'a.s',
    })
    expect(image.lines).toEqual([
      { address: base, file: 'a.s', line: 1, column: 1 },
      { address: base + 4, file: 'a.s', line: 3, column: 3 },
      { address: base + 8, file: 'a.s', line: 7, column: 0 },
      { address: base + 12, file: '', line: 0, column: 0 },
    ])
  })

  test('the entry is _start', () => {
    expect(assembleImage('nop\n_start: ret', { base }).entry).toBe(base + 4)
    expect(assembleImage('nop\nhere: ret', { base, entry: 'here' }).entry).toBe(base + 4)
    expect(assembleImage('nop', { base }).entry).toBe(base)
  })
})

function located(object: ReturnType<typeof assemble>, index: number): number | undefined {
  const { section, value } = object.symbols[index]
  return typeof section === 'number' ? base + section * 0x1000 + value : undefined
}

describe('mistakes', () => {
  // Source, line and column of the mistake, what its cause says, what the way out says.
  const cases: [string, number, number, RegExp, RegExp][] = [
    ['nop\n  adi a0, a0, 1', 2, 3, /unknown instruction 'adi'/, /Did you mean add/],
    ['frobnicate a0', 1, 1, /unknown instruction/, /assembler/],
    ['addi a0, a1', 1, 1, /wrong operands for addi/, /addi rd, rs1, imm/],
    ['addi a0, a1, 4000', 1, 14, /4000 does not fit: addi takes -2048 to 2047/, /li/],
    ['lw a0, 5000(sp)', 1, 8, /5000 does not fit/, /li/],
    ['li a0, 0x1ffffffff', 1, 8, /does not fit into 32 bits/, /./],
    ['li a0, somewhere', 1, 8, /li needs a number/, /la/],
    ['addi a0, a0, somewhere', 1, 14, /needs a number/, /%lo/],
    ['addi a0, a0, %hi(x)', 1, 14, /%hi does not belong to addi/, /lui/],
    ['lw a0, 4(q7)', 1, 10, /q7 is no register/, /./],
    ['csrr a0, mstatsu', 1, 10, /mstatsu is no control and status register/, /./],
    ['csrwi mie, 32', 1, 12, /32 is not 0 to 31/, /./],
    ['c.addi a0, 64', 1, 12, /64 does not fit/, /./],
    ['c.lw a0, 0(t0)', 1, 1, /cannot hold these operands/, /./],
    ['a0: nop', 1, 1, /a0 is a register/, /./],
    ['x: nop\nx: nop', 2, 1, /x is already defined in line 1/, /./],
    ['j 1b', 1, 3, /no label 1: stands before/, /1f/],
    ['j 1f', 1, 3, /no label 1: follows/, /1b/],
    ['.word 1 +', 1, 10, /expected an expression/, /./],
    ['.word 1 / 0', 1, 9, /division by zero/, /./],
    ['.byte 300', 1, 7, /300 does not fit into 8 bits/, /./],
    ['.byte main\nmain:', 1, 7, /an address does not fit into 1 bytes/, /\.word/],
    ['.ascii "abc', 1, 8, /the string has no end/, /./],
    ['.ascii "\\q"', 1, 9, /unknown escape/, /./],
    ['.balign 3', 1, 9, /3 is no power of two/, /./],
    ['.bogus', 1, 1, /unknown directive \.bogus/, /./],
    ['nop nop', 1, 1, /wrong operands for nop/, /Write nop\./],
    ['.if 1\nnop', 2, 1, /the \.if of line 1 has no end/, /\.endif/],
    ['.endif', 1, 7, /belongs to no \.if/, /./],
    ['.macro m\nnop', 1, 1, /\.macro has no end/, /\.endm/],
    ['.macro m\nm\n.endm\nm', 2, 1, /calls itself without end/, /./],
    ['.macro m a:req\n.endm\nm', 3, 1, /needs its argument a/, /./],
    ['.macro m\nbad\n.endm\n\nm', 2, 1, /unknown instruction 'bad' \(in m, line 5\)/, /./],
    ['.equ x, y\n.equ y, x\n.word x', 3, 7, /defined by itself/, /./],
    ['.popsection', 1, 1, /no section was pushed/, /./],
    ['.option pop', 1, 9, /no options were pushed/, /./],
    ['.bss\n.word 1', 2, 7, /can only hold zeros/, /./],
    ['.space -1', 1, 8, /the size -1/, /./],
    ['call nowhere', 1, 1, /nowhere is not defined/, /./],
    ['.error "no"', 1, 1, /no/, /./],
    ['jal far\n.zero 1048576\nfar:', 1, 5, /1048580 bytes away, out of reach/, /call/],
    ['.word x + y\nx: .data\ny:', 1, 9, /cannot be added/, /./],
    ['nop ` nop', 1, 5, /unexpected character/, /./],
  ]
  test.each(cases)('%s', (source, line, column, cause, remedy) => {
    const [first] = mistakes(source)
    expect(first).toMatchObject({ file: 'a.s', line })
    expect(first.cause).toMatch(cause)
    expect(first.remedy).toMatch(remedy)
    expect(first.column).toBe(column)
  })

  test('the message shows the line and marks the place', () => {
    const source = 'start:\n\taddi a0, a0, 4096'
    expect(() => assemble(source, { fileName: 'a.s' })).toThrow(
      'a.s:2:15: error: 4096 does not fit: addi takes -2048 to 2047\n' +
        '2 | \taddi a0, a0, 4096\n' +
        '  | \t             ^~~~\n' +
        'Load larger numbers into a register with li.',
    )
  })

  test('all mistakes of a source are shown together, but not without end', () => {
    expect(mistakes('foo\nnop\nbar')).toHaveLength(2)
    expect(mistakes('foo\n'.repeat(100))).toHaveLength(20)
  })
})

describe('damaged sources', () => {
  const corpus = readFileSync(new URL('./fixtures/corpus.s', import.meta.url), 'utf8').split('\n')
  const pieces = [
    ...'(),:;#"\'\\%+-*/.@=$ \t019bfx',
    '.macro m a',
    '.endm',
    '.rept 9',
    '.endr',
    'm',
    '%lo(',
    '.if',
    '.endif',
  ]

  test('give an object or a list of mistakes', { timeout: fuzzCases(800) * 50 }, () => {
    const random = randomNumbers(12345)
    let refused = 0
    for (let round = 0; round < fuzzCases(800); round++) {
      const lines = Array.from({ length: 12 }, () => corpus[random(corpus.length)])
      let source = lines.join('\n')
      for (let edit = random(6); edit >= 0; edit--) {
        const at = random(source.length + 1)
        source = source.slice(0, at) + pieces[random(pieces.length)] + source.slice(at + random(3))
      }
      try {
        assembleImage(source, { base, compressed: round % 2 === 0 })
      } catch (error) {
        if (!(error instanceof CompileError))
          throw new Error(`fails on:\n${source}`, { cause: error })
        expect(error.diagnostics.length).toBeGreaterThan(0)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(fuzzCases(800) / 8)
  })

  test.each([
    ['deep parentheses', `.word ${'('.repeat(100000)}`],
    ['many signs', `.word ${'-'.repeat(100000)}1`],
    ['long sums', `.word ${Array(100000).fill('x').join('+')}`],
    ['endless macros', '.macro m\nm\nm\n.endm\nm'],
    ['huge repetitions', '.rept 1000000\n.rept 1000000\nnop\n.endr\n.endr'],
    ['huge spaces', '.space 0x7fffffff'],
    ['many huge spaces', '.rept 1000\n.space 0x3ffffff\n.endr'],
    ['long names', `${'x'.repeat(100000)}: j ${'x'.repeat(100000)}y`],
    ['nested conditions', '.if 1\n'.repeat(10000)],
  ])('%s end soon', (_name, source) => {
    expect(mistakes(source).length).toBeGreaterThan(0)
  })
})

describe('files', () => {
  const files: Record<string, string> = {
    'lib/a.s': '.include "b.s"\nli a0, 1\n',
    'lib/b.s': '.include "common.s"\nli a1, 2\n',
    'common.s': 'li a2, 3\nwrong a3\n',
    'loop.s': '.include "loop.s"\n',
    'bytes.bin': 'abcdef',
  }
  const readFile = (name: string): Uint8Array | undefined =>
    name in files ? new TextEncoder().encode(files[name]) : undefined

  function messageOf(source: string): string {
    try {
      assemble(source, { fileName: 'main.s', readFile })
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }

  test('are included, and mistakes in them are shown where they are', () => {
    expect(messageOf('.include "lib/a.s"')).toMatch(/^common\.s:2:1: error: .*wrong/)
  })

  test('that include themselves, or are not there, are refused', () => {
    expect(messageOf('.include "loop.s"')).toContain('include each other without end')
    expect(messageOf('\n.include "none.s"')).toMatch(
      /^main\.s:2:10: error: there is no file none\.s/,
    )
    expect(messageOf('.incbin none')).toContain('expected a file')
  })

  test('give their bytes, or a part of them', () => {
    const source = '.data\n.incbin "bytes.bin"\n.incbin "bytes.bin", 4\n.incbin "bytes.bin", 1, 2\n'
    const { sections } = assemble(source, { readFile })
    const data = sections.find(({ name }) => name === '.data')
    expect(new TextDecoder().decode(data?.bytes)).toBe('abcdefefbc')
    expect(messageOf('.incbin "bytes.bin", 7')).toContain('0 to 6')
  })
})

describe('numbers of variable length', () => {
  test('may be distances that are known only at the end', () => {
    const source = `.text
begin:  bnez a0, far
        .align 3
        .zero 0x2000
far:    ret
        .data
        .uleb128 far - begin, 2
        .sleb128 begin - far
        .byte 0xaa
`
    const { sections } = assemble(source, { compressed: true })
    const [text, data] = sections
    const distance = 0x2000 + 8
    expect(text.size).toBe(distance + 8)
    const expected = [distance, 2].flatMap((value) => unsigned(value))
    expect([...data.bytes]).toEqual([...expected, 0xf8, 0xbf, 0x7f, 0xaa])
  })

  test('must be numbers', () => {
    expect(() => assemble('.uleb128 elsewhere')).toThrow('this is no number')
    expect(() => assemble('.uleb128 -1')).toThrow('-1 is negative')
  })

  function unsigned(value: number): number[] {
    return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >> 7)]
  }
})

describe('.org', () => {
  test('passes branches and alignments', () => {
    const { sections } = assemble('b: beqz a0, c\n.align 4\n.org b + 40, 7\nc: nop\n.org 64\n')
    expect(sections[0].size).toBe(64)
    expect(sections[0].bytes[39]).toBe(7)
  })

  test('goes forwards only', () => {
    expect(() => assemble('nop\nnop\n.org 4\n')).toThrow('this place is behind')
    expect(() => assemble('nop\na: .org a + 4096 * 1024 * 1024\n')).toThrow()
    expect(() => assemble('.org . + 4, 1\n.org elsewhere')).toThrow('no place of the section')
    expect(() => assemble('.org -4')).toThrow('no place -4')
  })
})
