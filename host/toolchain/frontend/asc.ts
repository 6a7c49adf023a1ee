/**
 * asc in this process: source texts in, a wasm module with names and a source map out. Runs in Node and in the browser.
 */
import * as asc from 'assemblyscript/asc'
import binaryen from 'assemblyscript/binaryen'
import { withAdditions } from './additions.ts'
import type { GuestSources } from './bundle.ts'
import { checkAccesses } from './checked.ts'
import { extendLanguage } from './language/index.ts'
import { withExtensions } from './language/patch.ts'
import type { Patch } from './language/patch.ts'
import { Places } from './language/places.ts'
import type { Place } from './language/places.ts'
import { layoutsOf } from './layouts.ts'
import type { AscProgram, Layouts } from './layouts.ts'
import { optimizeQuickly } from './optimize.ts'
import { namesOf } from './names.ts'
import type { NamedProgram, SourceNames } from './names.ts'

/** Text of a file, or null if there is none. */
export type ReadFile = (path: string) => string | null | Promise<string | null>

/** One message of asc, with offsets in the text that asc saw. */
export interface AscMessage {
  code: number
  message: string
  isError: boolean
  /** Path as asc names it, '' if the message has no place. */
  path: string
  start: number
  end: number
}

/** What to compile, and for which place in memory. */
export interface AscInput {
  /** Path of the entry file for `readFile`, ending in `.ts`. */
  entry: string
  readFile: ReadFile
  /** Library files by path below `~lib/`; they also replace asc's own of the same name. */
  library: GuestSources
  /** Address of the first byte of static data. */
  memoryBase: number
  /** Whether the language's extensions are there; they need the runtime of programs. */
  extended: boolean
  /** asc's runtime: its own allocator and collector, or none that frees. */
  runtime: 'minimal' | 'stub'
  /** Export name of the function that runs the top-level code. */
  exportStart: string
  /** Compile for a debugger: what the source calls a function or variable stays one. */
  debug?: boolean
  /** Whether accesses to memory are checked at run time. */
  checked?: boolean
  /** Global names that stand for functions of the library, such as `abort`. */
  aliases?: Record<string, string>
}

/** Result of a compilation; `wasm` is absent when a message is an error. */
export interface AscOutput {
  wasm?: Uint8Array
  sourceMap?: string
  layouts?: Layouts
  names?: SourceNames
  messages: AscMessage[]
  /** An error that asc could not describe as a message. */
  failure?: string
  /** What asc was at then. */
  place?: Place
}

const wasmFile = 'image.wasm'
const errorCategory = 3

/** asc's library is one object of its module: compilations take turns. */
let turn: Promise<unknown> = Promise.resolve()

/** Compile; never throws for an error of the program. */
export function runAsc(input: AscInput): Promise<AscOutput> {
  const result = turn.then(() => compileModule(input))
  turn = result
  return result
}

async function compileModule(input: AscInput): Promise<AscOutput> {
  const messages: AscMessage[] = []
  const outputs = new Map<string, string | Uint8Array>()
  const layouts = new ProgramReader()
  const places = new Places()
  const options: asc.APIOptions = {
    stdout: asc.createMemoryStream(),
    stderr: asc.createMemoryStream(),
    readFile: async (name, baseDirectory) => input.readFile(joinPath(baseDirectory, name)),
    writeFile: (name, contents) => void outputs.set(name, contents),
    listFiles: () => [],
    reportDiagnostic: (message) => messages.push(readMessage(message, places)),
    // The type asks for fields that asc itself gives to transforms made from a class.
    transforms: [
      keepCoroutinesWhole,
      layouts,
      ...(input.extended ? [optimizeQuickly] : []),
      ...(input.checked ? [checkAccesses] : []),
    ] as unknown as asc.Transform[],
  }
  const restore = replaceLibrary(
    input.extended ? { ...withAdditions(asc.libraryFiles), ...input.library } : input.library,
  )
  try {
    const install = (patch: Patch): void => places.install(patch)
    const extensions = input.extended ? [extendLanguage, install] : []
    const { error } = await withExtensions(extensions, () => asc.main(ascArguments(input), options))
    const wasm = outputs.get(wasmFile)
    const sourceMap = outputs.get(`${wasmFile}.map`)
    if (!error && wasm instanceof Uint8Array) {
      return { wasm, sourceMap: textOf(sourceMap), ...layouts.found, messages }
    }
    return { messages, failure: error?.message, place: places.last }
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    return { messages, failure, place: places.last }
  } finally {
    restore()
  }
}

/** Numbers are decimal: asc reads hexadecimal ones as 0. */
function ascArguments(input: AscInput): string[] {
  const aliases = Object.entries(input.aliases ?? {}).flatMap(([name, target]) => [
    '--use',
    `${name}=${target}`,
  ])
  return [
    input.entry,
    ...['--outFile', wasmFile, '--sourceMap', '--debug'],
    ...['--optimizeLevel', input.debug === true ? '0' : '3', '--shrinkLevel', '0'],
    ...['--runtime', input.runtime, '--exportStart', input.exportStart],
    ...['--memoryBase', String(input.memoryBase), '--noExportMemory', '--exportTable'],
    ...aliases,
  ]
}

/** Reads layouts and names while asc still has its program and the constants are not folded yet. */
class ProgramReader {
  found: { layouts?: Layouts; names?: SourceNames } = {}
  private program: (AscProgram & NamedProgram) | undefined

  afterInitialize(program: AscProgram & NamedProgram): void {
    this.program = program
  }

  afterCompile(module: binaryen.Module): void {
    if (!this.program) return
    this.found = { layouts: layoutsOf(this.program, module), names: namesOf(this.program) }
  }
}

/**
 * A coroutine's frame belongs to one function, so Binaryen must not copy its body into a caller. The functions are known by
 * their call of the intrinsic `co.begin`.
 */
const keepCoroutinesWhole = {
  afterCompile(module: binaryen.Module): void {
    keepWhole(module, slowPaths)
    const begin = importName(module, 'co', 'begin')
    if (begin === undefined) return
    for (let index = 0; index < module.getNumFunctions(); index++) {
      const fn = binaryen.getFunctionInfo(module.getFunctionByIndex(index))
      if (fn.module !== '' || !beginsWithCall(fn.body, begin)) continue
      keepWhole(module, fn.name)
    }
  },
}

/** Functions of these names stay functions, so that what calls them in rare cases stays small. */
const slowPaths = '*Slow'

function keepWhole(module: binaryen.Module, name: string): void {
  binaryen.setPassArgument('no-inline', name)
  module.runPasses(['no-inline'])
  binaryen.setPassArgument('no-inline', null)
}

/** Whether a function begins with `if (co.begin()) …`, which is the first thing the rewrite puts into a coroutine. */
function beginsWithCall(body: binaryen.ExpressionRef, target: string): boolean {
  let expression = body
  while (expression) {
    const id = binaryen.getExpressionId(expression)
    if (id === binaryen.CallId) return info<binaryen.CallInfo>(expression).target === target
    if (id === binaryen.BlockId) expression = info<binaryen.BlockInfo>(expression).children[0]
    else if (id === binaryen.IfId) expression = info<binaryen.IfInfo>(expression).condition
    else if (id === binaryen.BinaryId) expression = info<binaryen.BinaryInfo>(expression).left
    else if (id === binaryen.UnaryId) expression = info<binaryen.UnaryInfo>(expression).value
    else return false
  }
  return false
}

/** Properties of an expression whose kind is known. */
function info<T extends binaryen.ExpressionInfo>(expression: binaryen.ExpressionRef): T {
  return binaryen.getExpressionInfo(expression) as T
}

function importName(module: binaryen.Module, from: string, base: string): string | undefined {
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const fn = binaryen.getFunctionInfo(module.getFunctionByIndex(index))
    if (fn.module === from && fn.base === base) return fn.name
  }
  return undefined
}

/** Put library files in, and give back the function that restores asc's own. */
function replaceLibrary(library: GuestSources): () => void {
  const before = { ...asc.libraryFiles }
  Object.assign(asc.libraryFiles, library)
  return () => {
    for (const path of Object.keys(library)) {
      if (path in before) asc.libraryFiles[path] = before[path]
      else delete asc.libraryFiles[path]
    }
  }
}

function readMessage(message: asc.DiagnosticMessage, places: Places): AscMessage {
  const place = places.of(message)
  return {
    code: message.code,
    message: message.message,
    isError: message.category === errorCategory,
    path: place?.path ?? '',
    start: place?.start ?? 0,
    end: place?.end ?? 0,
  }
}

function joinPath(directory: string, name: string): string {
  return directory === '' || directory === '.' ? name : `${directory}/${name}`
}

function textOf(contents: string | Uint8Array | undefined): string | undefined {
  return contents instanceof Uint8Array ? new TextDecoder().decode(contents) : contents
}
