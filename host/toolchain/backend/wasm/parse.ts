/**
 * Decodes a WebAssembly binary into a WasmModule (core specification, §5.5). It is a reader and not a validator: the modules come
 * from a compiler, so that only what the backend relies on is checked.
 */
import { BackendError } from '../errors.ts'
import type {
  Constant,
  DataSegment,
  ElementSegment,
  ExternalKind,
  FunctionBody,
  FunctionType,
  Global,
  Import,
  Limits,
  TableType,
  ValueType,
  WasmModule,
} from './module.ts'
import { Reader } from './reader.ts'

const MAGIC = 0x6d736100
const VERSION = 1

const VALUE_TYPES: Record<number, ValueType> = {
  0x7f: 'i32',
  0x7e: 'i64',
  0x7d: 'f32',
  0x7c: 'f64',
  0x70: 'funcref',
  0x6f: 'externref',
}
const EXTERNAL_KINDS: readonly ExternalKind[] = ['function', 'table', 'memory', 'global']

const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
} as const

/** Names in the name section: subsection ids. */
const NAMES_OF_FUNCTIONS = 1
const NAMES_OF_LOCALS = 2
const NAMES_OF_GLOBALS = 7

export function readValueType(reader: Reader): ValueType {
  const code = reader.byte()
  const type = VALUE_TYPES[code]
  if (type === undefined) {
    throw new BackendError('unsupported', `unsupported value type 0x${code.toString(16)}`)
  }
  return type
}

/** Parses a module. Throws BackendError 'malformed' or 'unsupported'. */
export function parseModule(bytes: Uint8Array): WasmModule {
  const parser = new ModuleParser(bytes)
  return parser.parse()
}

class ModuleParser {
  private readonly bytes: Uint8Array
  private types: FunctionType[] = []
  private imports: Import[] = []
  private functions: number[] = []
  private tables: TableType[] = []
  private memories: Limits[] = []
  private globals: Global[] = []
  private exports: { name: string; kind: ExternalKind; index: number }[] = []
  private start: number | undefined
  private elements: ElementSegment[] = []
  private data: DataSegment[] = []
  private bodies: FunctionBody[] = []
  private functionNames = new Map<number, string>()
  private globalNames = new Map<number, string>()
  private localNames = new Map<number, Map<number, string>>()

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  parse(): WasmModule {
    const reader = new Reader(this.bytes)
    if (reader.fixed32() !== MAGIC) reader.fail('not a wasm module')
    if (reader.fixed32() !== VERSION) reader.fail('unknown version')
    while (!reader.done) {
      const id = reader.byte()
      this.section(id, reader.part(reader.u32()))
    }
    const count = (kind: ExternalKind) => this.imports.filter((item) => item.kind === kind).length
    return {
      bytes: this.bytes,
      types: this.types,
      imports: this.imports,
      functions: this.functions,
      importedFunctions: count('function'),
      importedGlobals: count('global'),
      importedTables: count('table'),
      importedMemories: count('memory'),
      tables: this.tables,
      memories: this.memories,
      globals: this.globals,
      exports: this.exports,
      start: this.start,
      elements: this.elements,
      data: this.data,
      bodies: this.bodies,
      functionNames: this.functionNames,
      globalNames: this.globalNames,
      localNames: this.localNames,
    }
  }

  private section(id: number, reader: Reader): void {
    switch (id) {
      case SECTION.custom:
        return this.customSection(reader)
      case SECTION.type:
        this.types = reader.vector(readFunctionType)
        return
      case SECTION.import:
        this.imports = reader.vector((r) => this.readImport(r))
        return
      case SECTION.function:
        this.functions.push(...reader.vector((r) => r.u32()))
        return
      case SECTION.table:
        this.tables.push(...reader.vector(readTable))
        return
      case SECTION.memory:
        this.memories.push(...reader.vector(readLimits))
        return
      case SECTION.global:
        this.globals.push(...reader.vector(readGlobal))
        return
      case SECTION.export:
        this.exports = reader.vector((r) => ({
          name: r.name(),
          kind: EXTERNAL_KINDS[r.byte()],
          index: r.u32(),
        }))
        return
      case SECTION.start:
        this.start = reader.u32()
        return
      case SECTION.element:
        this.elements = reader.vector(readElement)
        return
      case SECTION.code:
        return this.codeSection(reader)
      case SECTION.data:
        this.data = reader.vector(readData)
        return
      default:
        return // the data count section says nothing new
    }
  }

  private readImport(reader: Reader): Import {
    const module = reader.name()
    const name = reader.name()
    const kind = EXTERNAL_KINDS[reader.byte()]
    switch (kind) {
      case 'function': {
        const type = reader.u32()
        this.functions.push(type)
        return { module, name, kind, type }
      }
      case 'table':
        this.tables.push(readTable(reader))
        return { module, name, kind, type: 0 }
      case 'memory':
        this.memories.push(readLimits(reader))
        return { module, name, kind, type: 0 }
      case 'global': {
        const type = readValueType(reader)
        const mutable = reader.byte() === 1
        this.globals.push({ type, mutable, initial: { kind: 'value', type, bits: 0n } })
        return { module, name, kind, type: 0, global: { type, mutable } }
      }
      default:
        return reader.fail('unknown import kind')
    }
  }

  private codeSection(reader: Reader): void {
    const imported = this.imports.filter((item) => item.kind === 'function').length
    const count = reader.u32()
    for (let i = 0; i < count; i++) {
      const body = reader.part(reader.u32())
      const locals: ValueType[] = []
      for (let groups = body.u32(); groups > 0; groups--) {
        const repeat = body.u32()
        if (repeat > 50_000) throw new BackendError('limit', 'a function has too many locals')
        const type = readValueType(body)
        for (let k = 0; k < repeat; k++) locals.push(type)
      }
      const index = imported + i
      const type = this.functions[index]
      this.bodies.push({ index, type, locals, start: body.position, end: body.end })
    }
  }

  private customSection(reader: Reader): void {
    if (reader.name() !== 'name') return
    while (!reader.done) {
      const id = reader.byte()
      const part = reader.part(reader.u32())
      if (id === NAMES_OF_FUNCTIONS) readNames(part, this.functionNames)
      else if (id === NAMES_OF_GLOBALS) readNames(part, this.globalNames)
      else if (id === NAMES_OF_LOCALS) {
        for (let count = part.u32(); count > 0; count--) {
          this.localNames.set(part.u32(), readNames(part, new Map()))
        }
      }
    }
  }
}

function readNames(reader: Reader, names: Map<number, string>): Map<number, string> {
  for (let count = reader.u32(); count > 0; count--) names.set(reader.u32(), reader.name())
  return names
}

function readFunctionType(reader: Reader): FunctionType {
  if (reader.byte() !== 0x60) reader.fail('function type expected')
  return { parameters: reader.vector(readValueType), results: reader.vector(readValueType) }
}

function readLimits(reader: Reader): Limits {
  const flags = reader.byte()
  const minimum = reader.u32()
  return { minimum, maximum: flags & 1 ? reader.u32() : undefined }
}

function readTable(reader: Reader): TableType {
  const element = readValueType(reader)
  if (element !== 'funcref' && element !== 'externref') reader.fail('reference type expected')
  return { element, ...readLimits(reader) }
}

function readGlobal(reader: Reader): Global {
  const type = readValueType(reader)
  const mutable = reader.byte() === 1
  return { type, mutable, initial: readConstant(reader) }
}

function readConstant(reader: Reader): Constant {
  const opcode = reader.byte()
  const constant = readConstantOperand(opcode, reader)
  if (reader.byte() !== 0x0b) {
    throw new BackendError(
      'unsupported',
      'only single-instruction constant expressions are supported',
    )
  }
  return constant
}

function readConstantOperand(opcode: number, reader: Reader): Constant {
  switch (opcode) {
    case 0x41:
      return { kind: 'value', type: 'i32', bits: BigInt.asUintN(32, BigInt(reader.s32())) }
    case 0x42:
      return { kind: 'value', type: 'i64', bits: BigInt.asUintN(64, reader.s64()) }
    case 0x43:
      return { kind: 'value', type: 'f32', bits: BigInt(reader.fixed32()) }
    case 0x44: {
      const low = BigInt(reader.fixed32())
      return { kind: 'value', type: 'f64', bits: low | (BigInt(reader.fixed32()) << 32n) }
    }
    case 0x23:
      return { kind: 'global', index: reader.u32() }
    case 0xd2:
      return { kind: 'function', index: reader.u32() }
    case 0xd0:
      reader.byte()
      return { kind: 'null' }
    default:
      return reader.fail(`unknown constant instruction 0x${opcode.toString(16)}`)
  }
}

const reference = (reader: Reader): Constant => ({ kind: 'function', index: reader.u32() })

/** Element segments (§5.5.12): bit 0 passive or declared, bit 1 explicit table or declared, bit 2 expressions. */
function readElement(reader: Reader): ElementSegment {
  const flags = reader.u32()
  const active = (flags & 1) === 0
  const table = active && flags & 2 ? reader.u32() : 0
  const offset = active ? readConstant(reader) : undefined
  if (flags & 3) reader.byte() // element kind or reference type
  const functions = reader.vector(flags & 4 ? readConstant : reference)
  return { mode: active ? 'active' : flags & 2 ? 'declared' : 'passive', table, offset, functions }
}

function readData(reader: Reader): DataSegment {
  const flags = reader.u32()
  if (flags === 2) reader.u32() // memory index
  const offset = flags === 1 ? undefined : readConstant(reader)
  return { mode: flags === 1 ? 'passive' : 'active', offset, bytes: reader.span(reader.u32()) }
}
