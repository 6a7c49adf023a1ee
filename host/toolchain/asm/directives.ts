/** Directives of GNU as that act on sections, symbols and data. Those that act on text are in `conditions.ts`. */
import { segmentFlags } from '../elf/image.ts'
import type { Assembly } from './assembly.ts'
import { largestSection } from './assembly.ts'
import type { Expression, TokenReader } from './expression.ts'
import { parseExpression } from './expression.ts'
import type { Token } from './lexer.ts'
import { StatementError } from './lexer.ts'
import type { Directive } from './data.ts'
import { align, count, data, fill, leb, list, number, space, strings } from './data.ts'

/** Moves on to an offset of the section. */
function org(assembly: Assembly, reader: TokenReader, name: Token): void {
  const place = reader.peek()
  const target = parseExpression(reader, assembly)
  const fill = reader.accept(',') ? number(assembly, reader, 'the fill') : 0n
  const offset = assembly.constantOf(target)
  const start = { ...assembly.current.here, fragment: 0, offset: Number(offset ?? 0n) }
  const isFar = offset !== undefined && (offset < 0n || offset > BigInt(largestSection))
  if (isFar) throw new StatementError(place, `the section has no place ${offset}`, 'Go forwards.')
  assembly.reserve(start.offset, name)
  const expression: Expression =
    offset === undefined ? target : { kind: 'location', location: start }
  assembly.emitOrg(expression, Number(BigInt.asUintN(8, fill)), place)
}

const flagLetters: Record<string, number> = {
  a: segmentFlags.read,
  w: segmentFlags.read | segmentFlags.write,
  x: segmentFlags.read | segmentFlags.execute,
}

/** `.section name, "flags", @type`. */
function section(assembly: Assembly, reader: TokenReader): void {
  const token = reader.next()
  let name = token.kind === 'string' ? token.text.slice(1, -1) : token.text
  if (token.kind !== 'name' && token.kind !== 'string') {
    throw new StatementError(token, 'expected the name of a section', 'Write .section .name.')
  }
  // A name may go on behind a minus, which is an operator elsewhere.
  while (reader.isOperator('-')) name += reader.next().text + reader.next().text
  let flags: number | undefined
  let zeros: boolean | undefined
  if (reader.accept(',')) {
    const letters = reader.next()
    flags = [...letters.text.slice(1, -1)].reduce((sum, key) => sum | (flagLetters[key] ?? 0), 0)
    if (reader.accept(',')) {
      reader.next()
      zeros = reader.next().text === 'nobits'
      while (!reader.atEnd) reader.next()
    }
  }
  assembly.enter(assembly.section(name, flags, zeros))
}

function named(name: string): Directive {
  return (assembly, reader) => {
    subsection(assembly, reader)
    assembly.enter(assembly.section(name))
  }
}

function markSymbols(mark: (assembly: Assembly, name: Token) => void): Directive {
  return (assembly, reader) => list(reader, () => mark(assembly, reader.name('a symbol')))
}

function setSymbol(once: boolean): Directive {
  return (assembly, reader) => {
    const name = reader.name('a symbol')
    reader.expect(',')
    assembly.setSymbol(name, parseExpression(reader, assembly), once)
  }
}

/** `.comm name, size, alignment`: zeros in `.bss`. */
function common(global: boolean): Directive {
  return (assembly, reader, name) => {
    const token = reader.name('a symbol')
    reader.expect(',')
    const size = count(assembly, reader, 'the size', 1 << 26)
    const alignment = reader.accept(',') ? count(assembly, reader, 'the alignment', 65536) : 4
    const bss = assembly.section('.bss')
    const { current } = assembly
    assembly.enter(bss)
    bss.append({ kind: 'align', alignment, fill: zero, most: alignment })
    assembly.reserve(size, name)
    assembly.defineLabel(token)
    assembly.emitBytes(new Uint8Array(size), name)
    assembly.enter(current)
    const symbol = assembly.symbolNamed(token.text)
    symbol.kind = 'object'
    symbol.global ||= global
    symbol.size = { kind: 'number', value: BigInt(size) }
  }
}

/** `.type name, @function`. */
function type(assembly: Assembly, reader: TokenReader): void {
  const symbol = assembly.symbolNamed(reader.name('a symbol').text)
  reader.expect(',')
  if (reader.isOperator('@') || reader.isOperator('%')) reader.next()
  const token = reader.next()
  const word = token.text.replace(/"/g, '').replace(/^[@%]/, '').toLowerCase()
  if (word === 'function' || word === 'stt_func') symbol.kind = 'function'
  else if (word === 'object' || word === 'stt_object') symbol.kind = 'object'
  else if (word !== 'notype' && word !== 'stt_notype') {
    throw new StatementError(
      token,
      `unknown symbol type '${token.text}'`,
      'Write @function or @object.',
    )
  }
}

function size(assembly: Assembly, reader: TokenReader): void {
  const symbol = assembly.symbolNamed(reader.name('a symbol').text)
  reader.expect(',')
  symbol.size = parseExpression(reader, assembly)
}

function option(assembly: Assembly, reader: TokenReader): void {
  const token = reader.name('an option')
  let name = token.text
  // A name may go on behind a minus, which is an operator elsewhere.
  while (reader.isOperator('-')) name += reader.next().text + reader.next().text
  switch (name) {
    case 'rvc':
    case 'norvc':
      assembly.options.compressed = name === 'rvc'
      return
    case 'push':
      return assembly.pushOptions()
    case 'pop':
      return assembly.popOptions(token)
    case 'arch':
      return architecture(assembly, reader)
    case 'relax':
    case 'norelax':
    case 'pic':
    case 'nopic':
    case 'csr-check':
    case 'no-csr-check':
      return
    default: {
      const remedy = 'Known are rvc, norvc, push, pop, arch, relax, norelax, pic and nopic.'
      throw new StatementError(token, `unknown option '${name}'`, remedy)
    }
  }
}

/** `.option arch, +c`, `-c` or the whole as in `rv32imac_zba`; other extensions than C are always there. */
function architecture(assembly: Assembly, reader: TokenReader): void {
  while (reader.accept(',')) {
    const token = reader.next()
    const whole = /^rv32([a-z\d]*)/.exec(token.text)
    if (whole !== null) assembly.options.compressed = whole[1].includes('c')
    else if (token.text === '+' || token.text === '-') {
      const extension = reader.next().text
      if (/^z?ca?$/.test(extension)) assembly.options.compressed = token.text === '+'
    } else {
      const remedy = 'Write +c, -c, or the whole as in rv32imac_zba.'
      throw new StatementError(token, `unknown architecture '${token.text}'`, remedy)
    }
  }
}

/** `.insn 0x…`: an instruction as a number. */
function insn(assembly: Assembly, reader: TokenReader): void {
  const place = reader.peek()
  const word = BigInt.asUintN(32, number(assembly, reader, 'the instruction'))
  const long = (word & 3n) === 3n
  if (!long && word > 0xffffn) {
    const cause = 'the two low bits say that it has 16 bits'
    throw new StatementError(place, cause, 'A 32-bit instruction ends with the bits 11.')
  }
  assembly.emitInstruction(Number(word), long ? 4 : 2)
}

/** `.incbin "file", skip, count`: the bytes of a file. */
function includeBytes(assembly: Assembly, reader: TokenReader, name: Token): void {
  const token = reader.next()
  const { bytes } = assembly.readFile(token)
  const skip = reader.accept(',') ? count(assembly, reader, 'the offset', bytes.length) : 0
  const most = bytes.length - skip
  const length = reader.accept(',') ? count(assembly, reader, 'the count', most) : most
  assembly.reserve(length, name)
  assembly.emitBytes(bytes.subarray(skip, skip + length), name)
}

/** Section names may stand with a subsection number, of which there is only 0. */
function subsection(assembly: Assembly, reader: TokenReader): void {
  if (!reader.atEnd) count(assembly, reader, 'the subsection', 0)
}

/** Reads over operands that mean nothing here. */
function ignore(_assembly: Assembly, reader: TokenReader): void {
  while (!reader.atEnd) reader.next()
}

function pushSection(assembly: Assembly, reader: TokenReader): void {
  assembly.pushSection()
  section(assembly, reader)
}

function message(prefix: string): Directive {
  return (_assembly, reader, name) => {
    const token = reader.peek()
    const text = token.kind === 'string' ? token.text.slice(1, -1) : prefix
    throw new StatementError(name, text, 'The source itself refuses to be assembled.')
  }
}

const zero = new Uint8Array(1)
const nothing = new Uint8Array(0)

export const directives: Record<string, Directive> = {
  '.text': named('.text'),
  '.data': named('.data'),
  '.bss': named('.bss'),
  '.rodata': named('.rodata'),
  '.section': section,
  '.pushsection': pushSection,
  '.popsection': (assembly, _reader, name) => assembly.popSection(name),
  '.previous': (assembly) => assembly.enterPrevious(),

  '.byte': data(1),
  '.2byte': data(2),
  '.half': data(2),
  '.short': data(2),
  '.4byte': data(4),
  '.word': data(4),
  '.long': data(4),
  '.int': data(4),
  '.8byte': data(8),
  '.dword': data(8),
  '.quad': data(8),
  '.dc.b': data(1),
  '.dc.w': data(2),
  '.dc.l': data(4),
  '.uleb128': leb(false),
  '.sleb128': leb(true),
  '.ascii': strings(nothing),
  '.asciz': strings(zero),
  '.string': strings(zero),
  '.zero': space,
  '.space': space,
  '.skip': space,
  '.fill': fill,
  '.org': org,
  '.align': align(true),
  '.p2align': align(true),
  '.balign': align(false),
  '.p2alignw': align(true, 2),
  '.p2alignl': align(true, 4),
  '.balignw': align(false, 2),
  '.balignl': align(false, 4),
  '.incbin': includeBytes,

  '.globl': markSymbols((assembly, { text }) => (assembly.symbolNamed(text).global = true)),
  '.global': markSymbols((assembly, { text }) => (assembly.symbolNamed(text).global = true)),
  '.local': markSymbols((assembly, { text }) => (assembly.symbolNamed(text).global = false)),
  '.weak': markSymbols((assembly, { text }) => {
    const symbol = assembly.symbolNamed(text)
    symbol.weak = true
    symbol.global = true
  }),
  '.extern': ignore,
  '.hidden': ignore,
  '.internal': ignore,
  '.protected': ignore,
  '.symver': ignore,
  '.equ': setSymbol(false),
  '.set': setSymbol(false),
  '.equiv': setSymbol(true),
  '.comm': common(true),
  '.lcomm': common(false),
  '.type': type,
  '.size': size,

  '.option': option,
  '.insn': insn,
  '.attribute': ignore,
  '.file': ignore,
  '.loc': ignore,
  '.ident': ignore,
  '.line': ignore,
  '.version': ignore,
  '.addrsig': ignore,
  '.addrsig_sym': ignore,
  '.variant_cc': ignore,
  '.print': ignore,
  '.warning': ignore,
  '.title': ignore,
  '.sbttl': ignore,
  '.list': ignore,
  '.nolist': ignore,
  '.eject': ignore,
  '.psize': ignore,
  '.error': message('.error'),
  '.err': message('.err'),
}
