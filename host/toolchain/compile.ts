/**
 * From source files to images: programs with the runtime for user mode, the kernel for machine mode, and both in one image.
 */
import { assemble } from './asm/index.ts'
import type { ObjectFile } from './asm/index.ts'
import {
  BackendError,
  CodeCache,
  DATA_OFFSET,
  DEFAULT_CODE,
  linkImage,
  NO_CHECKS,
} from './backend/index.ts'
import type { Checks, LinkedImage, LinkOptions } from './backend/index.ts'
import { parseModule } from './backend/wasm/parse.ts'
import type { Image, ImageSymbol } from './elf/image.ts'
import type { ReadFile } from './frontend/asc.ts'
import type { GuestSources } from './frontend/bundle.ts'
import { CompileError, diagnosticOf } from './frontend/diagnostic.ts'
import type { SpawnFunction } from './frontend/exports.ts'
import type { SourceNames } from './frontend/names.ts'
import { compileModule, compileSystemModule } from './frontend/index.ts'
import type { CompileOptions } from './frontend/index.ts'
import { mergeInformation } from './dwarf/information.ts'
import { LAYOUT_SECTION, mergeLayouts } from './frontend/layoutSection.ts'

/** Where the images are in memory (docs/design.md §4). */
export const imageBases = { kernel: 0x8000_0000, program: 0x8080_0000 } as const

/** Section with the functions that the host can spawn, as JSON of `SpawnFunction[]`. */
export const SPAWN_SECTION = '.nothread.spawns'
/** Symbol of the head of the list of live tasks. */
export const TASKS_SYMBOL = '__tasks'

const kernelEntry = '_boot'
const programEntry = '_start'
const taskHeadBytes = 32

/** Functions of the programs that were compiled last. */
const cache = new CodeCache()

/** A compiled program. */
export interface Program {
  image: Image
  /** Exported async functions; the index is the function's number in the mailbox. */
  spawns: SpawnFunction[]
}

/**
 * Compile a program for user mode.
 * @param entry path of the file with `main`, ending in .ts
 * @param readFile reads the entry and the files it imports by path; null means there is no such file
 * @param guest sources of the runtime (assets/guest.json)
 * @throws CompileError with every error found, each with its place
 */
export async function compile(
  entry: string,
  readFile: ReadFile,
  guest: GuestSources,
  options: CompileOptions = {},
): Promise<Program> {
  const base = options.base ?? imageBases.program
  const { wasm, sourceMap, layouts, names, spawns } = await compileModule(
    entry,
    readFile,
    withoutAssembly(guest),
    base + DATA_OFFSET,
    options,
  )
  const directory = entry.slice(0, entry.replace(/\\/g, '/').lastIndexOf('/') + 1)
  const image = link(entry, {
    wasm,
    base,
    entry: programEntry,
    header: true,
    objects: assemblyOf(guest),
    sourceMap,
    names,
    code: {
      homes: options.debug === true ? localsOf(names) : undefined,
      march: options.march ?? DEFAULT_CODE.march,
      checks: options.checks,
    },
    dump: options.dump,
    cache,
    renameSource: (file) => (file.startsWith('~') ? file : directory + file),
  })
  image.symbols.push(taskHead(wasm))
  image.sections.set(SPAWN_SECTION, json(spawns))
  image.sections.set(LAYOUT_SECTION, json(layouts))
  return { image, spawns }
}

const isAssembly = ([path]: [string, string]): boolean => path.endsWith('.s')

/** The runtime's assembly files, assembled. */
function assemblyOf(guest: GuestSources): ObjectFile[] {
  const files = Object.entries(guest).filter(isAssembly)
  return files.map(([path, text]) => assemble(text, { fileName: `~lib/${path}` }))
}

function withoutAssembly(guest: GuestSources): GuestSources {
  return Object.fromEntries(Object.entries(guest).filter((source) => !isAssembly(source)))
}

/**
 * Compile system code for machine mode.
 * @param entry path of the file that exports what the assembly files call
 * @param assembly paths of assembly files; one of them defines `_boot`
 * @param checks what the code checks as it runs; nothing unless given
 * @throws CompileError
 */
export async function compileKernel(
  entry: string,
  assembly: string[],
  readFile: ReadFile,
  checks: Checks = NO_CHECKS,
): Promise<Image> {
  const base = imageBases.kernel
  const objects = await Promise.all(
    [...assembly].sort().map(async (fileName) => {
      const source = await readFile(fileName)
      if (source !== null) return assemble(source, { fileName })
      throw new CompileError([
        diagnosticOf(fileName, {
          cause: 'The file cannot be read.',
          remedy: 'Check the path of the assembly file.',
        }),
      ])
    }),
  )
  const { layouts, ...module } = await compileSystemModule(entry, readFile, base + DATA_OFFSET)
  const image = link(entry, { ...module, base, objects, entry: kernelEntry, code: { checks } })
  image.sections.set(LAYOUT_SECTION, json(layouts))
  return image
}

/** Kernel and program as one image, which starts by itself. Symbols of the program that the kernel has too stay the kernel's. */
export function mergeImages(kernel: Image, program: Image): Image {
  const taken = new Set(kernel.symbols.map(({ name }) => name))
  const symbols = [
    ...kernel.symbols,
    ...program.symbols.map((symbol) =>
      taken.has(symbol.name) ? { ...symbol, global: false } : symbol,
    ),
  ]
  return {
    entry: kernel.entry,
    segments: [...kernel.segments, ...program.segments],
    symbols,
    lines: [...kernel.lines, ...program.lines].sort((a, b) => a.address - b.address),
    sections: new Map([
      ...kernel.sections,
      ...program.sections,
      ...mergeLayouts(kernel, program),
      ...mergeInformation(kernel, program),
    ]),
    machineFlags: (kernel.machineFlags ?? 0) | (program.machineFlags ?? 0),
  }
}

function localsOf({ functions }: SourceNames): Record<string, Record<string, string>> {
  return Object.fromEntries(functions.map(({ symbol, locals }) => [symbol, locals]))
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

function link(file: string, options: LinkOptions): LinkedImage {
  try {
    return linkImage(options)
  } catch (error) {
    if (!(error instanceof BackendError)) throw error
    throw new CompileError([diagnosticOf(file, linkMessage(error))])
  }
}

function linkMessage({ code, message }: BackendError): { cause: string; remedy: string } {
  if (code === 'unknown-import') {
    return {
      cause: `A function is declared that nobody defines: ${message}.`,
      remedy: 'Give it a body, or import it from the file that has one.',
    }
  }
  return {
    cause: `No machine code could be made of the program: ${message}.`,
    remedy: 'Simplify the function that is named, or leave out what is not supported.',
  }
}

/** asc folds the address of static data into a constant; the export keeps it. */
function taskHead(wasm: Uint8Array): ImageSymbol {
  const module = parseModule(wasm)
  const exported = module.exports.find(
    ({ kind, name }) => kind === 'global' && name === TASKS_SYMBOL,
  )
  const initial = exported && module.globals[exported.index].initial
  if (initial?.kind !== 'value') throw new Error(`The runtime has no ${TASKS_SYMBOL}.`)
  const address = Number(BigInt.asUintN(32, initial.bits))
  return { name: TASKS_SYMBOL, address, size: taskHeadBytes, kind: 'object' }
}
