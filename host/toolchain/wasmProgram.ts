/**
 * Programs that another compiler made: a wasm32 module with an entry point becomes an image for the executive. What it may import is
 * what compiled TypeScript imports (docs/design.md §4): instructions and system calls, no host functions.
 */
import { BackendError, DATA_OFFSET, linkImage } from './backend/index.ts'
import type { WasmModule } from './backend/wasm/module.ts'
import { parseModule } from './backend/wasm/parse.ts'
import type { Image } from './elf/image.ts'
import { CompileError, diagnosticOf } from './frontend/diagnostic.ts'

const entry = '_start'
const heapBase = '__heap_base'

/**
 * Make an image of a module that exports `_start` and `__heap_base` and whose data lies at `base` + 4096 or above.
 * @param file name for messages
 * @param base address of the image (`imageBases.program`, or one of `programBases`)
 * @throws CompileError when the module cannot be used
 */
export function linkWasmProgram(file: string, wasm: Uint8Array, base: number): Image {
  try {
    const module = parseModule(wasm)
    const problem = problemOf(module, base)
    if (problem) throw new CompileError([diagnosticOf(file, problem)])
    return linkImage({ wasm, base, entry, header: true })
  } catch (error) {
    if (!(error instanceof BackendError)) throw error
    throw new CompileError([diagnosticOf(file, reasonOf(error))])
  }
}

interface Problem {
  cause: string
  remedy: string
}

function problemOf(module: WasmModule, base: number): Problem | undefined {
  const exported = new Set(module.exports.map(({ name }) => name))
  if (!exported.has(entry)) {
    return {
      cause: `The module exports no function ${entry}, where a program begins.`,
      remedy: 'Include nothread.h, which has one that calls main, or export one.',
    }
  }
  if (!exported.has(heapBase)) {
    return {
      cause: `The module does not export ${heapBase}, which tells where its data ends.`,
      remedy: `Link with -Wl,--export=${heapBase}.`,
    }
  }
  const first = base + DATA_OFFSET
  if (lowestData(module) >= first) return undefined
  return {
    cause: 'The data of the module does not lie in the memory of the program.',
    remedy: `Link with -Wl,--global-base=${first}.`,
  }
}

/** Lowest address of the initialised data; a place that is not a constant counts as wrong. */
function lowestData(module: WasmModule): number {
  const places = module.data.map(({ mode, offset }) => {
    if (mode === 'passive') return Infinity
    return offset?.kind === 'value' ? Number(BigInt.asUintN(32, offset.bits)) : 0
  })
  return Math.min(Infinity, ...places)
}

function reasonOf({ code, message }: BackendError): Problem {
  if (code === 'unknown-import') {
    return {
      cause: `The module imports what nobody defines: ${message}.`,
      remedy: 'Import only what nothread.h declares, and define the rest in the program.',
    }
  }
  return {
    cause: `No machine code could be made of the module: ${message}.`,
    remedy:
      'Compile it for wasm32 without features that are listed as left out in docs/compiler.md.',
  }
}
