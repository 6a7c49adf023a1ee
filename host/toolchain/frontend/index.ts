/**
 * From the files of a program to one wasm module: parse, check, rewrite, compile. What goes wrong in the program is a
 * `CompileError` with places in the files as they were written.
 */
import type { Checks, Dump } from '../backend/index.ts'
import { runAsc } from './asc.ts'
import type { AscOutput, ReadFile } from './asc.ts'
import type { GuestSources } from './bundle.ts'
import { checkedOptions } from './checked.ts'
import { CompileError, diagnosticAt, diagnosticOf } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'
import { depthDiagnostic, isTooDeep, tooDeep } from './depth.ts'
import { EditList } from './edits.ts'
import { entrySource } from './entry.ts'
import type { SpawnFunction } from './exports.ts'
import { ProgramFiles } from './files.ts'
import type { Layouts } from './layouts.ts'
import type { SourceNames } from './names.ts'
import { ascDiagnostics } from './messages.ts'
import type { UserFile } from './messages.ts'

/** A program as a wasm module. */
export interface ProgramModule {
  wasm: Uint8Array
  /** asc's source map: positions in `wasm` to lines of the files. */
  sourceMap: string
  layouts: Layouts
  names: SourceNames
  spawns: SpawnFunction[]
}

/** How to compile a program. */
export interface CompileOptions {
  /** Make code for debuggers: it is slower, but every function and local variable is there. */
  debug?: boolean
  /** Address of the image, of those for programs that run at once (`programBases`); that of a program alone unless given. */
  base?: number
  /** Find accesses to memory that is not in use any more: the run ends with a report of the line. */
  checked?: boolean
  /** The instructions to use, such as `rv32imac_zba_zbb_zbs`. */
  march?: string
  /** What compiled code checks besides division and the types of called functions. */
  checks?: Partial<Checks>
  /** Receives the text of every function after every pass of the backend. */
  dump?: Dump
}

/** Name under which asc knows the generated entry file; it stands beside the user's. */
const entryName = '~program'
const startFunction = '_start'

/** What asc's library otherwise takes from its own runtime, or imports from the host. */
const aliases = {
  ...Object.fromEntries(
    ['new', 'renew', 'link', 'alloc', 'realloc', 'free', 'collect', 'visit'].map((name) => [
      `__${name}`,
      `~lib/nothread/guest/heap/__${name}`,
    ]),
  ),
  abort: '~lib/nothread/guest/abort/abort',
  trace: '~lib/nothread/guest/abort/trace',
  seed: '~lib/nothread/guest/abort/seed',
  JSON: '~lib/nothread/guest/json/JSON',
}

/**
 * Compile the program whose `main` is in `entry`.
 * @param entry path of the file, ending in .ts
 * @param readFile reads the entry and what it imports; null means there is no such file
 * @param guest sources of the runtime
 * @param memoryBase address of the static data
 * @throws CompileError
 */
export async function compileModule(
  entry: string,
  readFile: ReadFile,
  guest: GuestSources,
  memoryBase: number,
  options: CompileOptions = {},
): Promise<ProgramModule> {
  const program = new ProgramFiles(entry, readFile)
  const exports = await program.readEntry()
  const output = await runAsc({
    entry: `${entryName}.ts`,
    readFile: (path) =>
      path === `${entryName}.ts`
        ? entrySource(`./${program.entry}`, exports, options.checked)
        : program.read(path),
    library: options.checked === true ? { ...guest, ...checkedOptions } : guest,
    memoryBase,
    runtime: 'minimal',
    extended: true,
    exportStart: startFunction,
    debug: options.debug,
    checked: options.checked,
    aliases,
  })
  if (program.diagnostics.length > 0) throw new CompileError(program.diagnostics)
  return { ...moduleOf(output, program.files), spawns: exports.spawns }
}

/**
 * Compile system code, which has no runtime: no rewrite, no allocator, start function `_initialize`.
 * @throws CompileError
 */
export async function compileSystemModule(
  entry: string,
  readFile: ReadFile,
  memoryBase: number,
): Promise<Omit<ProgramModule, 'spawns'>> {
  const files = new Map<string, UserFile>()
  const output = await runAsc({
    entry,
    readFile: async (path) => {
      const text = await readFile(path)
      if (text === null) return null
      const edits = new EditList()
      if (path === entry) edits.insert(text.length, '\nexport { __heap_base };\n')
      const edited = edits.apply(text)
      files.set(path, { file: path, text, edited })
      return edited.text
    },
    library: {},
    memoryBase,
    runtime: 'stub',
    extended: false,
    exportStart: '_initialize',
  })
  return moduleOf(output, files)
}

function moduleOf(output: AscOutput, files: Map<string, UserFile>): Omit<ProgramModule, 'spawns'> {
  const diagnostics = ascDiagnostics(output.messages, files)
  if (diagnostics.length > 0) throw new CompileError(diagnostics)
  const { wasm, sourceMap, layouts, names } = output
  if (!wasm || sourceMap === undefined || !layouts || !names) {
    throw new CompileError([unknownForm(output, files)])
  }
  return { wasm, sourceMap, layouts, names }
}

const unknown = {
  cause: 'This form is not supported.',
  remedy: 'Write it another way; docs/guest-guide.md lists what the guest language leaves out.',
}

/** asc stumbled over a form that it does not expect: say where. */
function unknownForm({ place, failure }: AscOutput, files: Map<string, UserFile>): Diagnostic {
  const message = isTooDeep(failure) ? tooDeep : unknown
  const user = place && files.get(place.path)
  if (!user) {
    const [first] = files.values()
    if (first && isTooDeep(failure)) return depthDiagnostic(first.file, first.text)
    return diagnosticOf('', { ...message, cause: 'A form in this program is not supported.' })
  }
  const { file, text, edited } = user
  const [start, end] = [place.start, place.end].map((offset) => edited.originalOffset(offset))
  return diagnosticAt(file, text, { start, end }, message)
}
