/** Programs and results as files: what Node adds to the library. */

import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assetBytes, guestUrl } from '../assets.ts'
import type { Program } from '../machine/program.ts'
import { programOf } from '../machine/program.ts'
import { ramBase } from '../machine/memory.ts'
import { assembleImage } from '../toolchain/asm/index.ts'
import type { CompileOptions, GuestSources } from '../toolchain/index.ts'
import { looksLikeElf } from '../toolchain/elf/reader.ts'
import { loadToolchain } from '../toolchain/load.ts'

/** A file that cannot be read, written or understood. The message names it and says what to do. */
export class FileError extends Error {
  override readonly name = 'FileError'
}

/** Path of one of the programs that come with the package, such as `udp-echo.ts`. */
export function shippedProgram(name: string): string {
  return fileURLToPath(new URL(`../../assets/programs/${name}`, import.meta.url))
}

/** The program that a word on the command line means: a file, or one of those that come with the package, without `.ts`. */
function findProgram(path: string): string {
  const isName = /^[\w-]+$/.test(path)
  if (!isName || existsSync(path)) return path
  const shipped = shippedProgram(`${path}.ts`)
  if (existsSync(shipped)) return shipped
  const names = readdirSync(shippedProgram('')).filter((file) => file.endsWith('.ts'))
  const list = names.map((file) => file.replace(/\.ts$/, '')).join(', ')
  throw new FileError(
    `cannot read ${path}: no such file, and no program of this name comes with nothread; there are ${list}`,
  )
}

/**
 * The program in a file, or with the name of one that comes with the package: guest TypeScript or assembly, which is translated, or an RV32
 * executable. `options` are for TypeScript. Throws what the compiler throws, or a FileError.
 */
export async function readProgram(name: string, options: CompileOptions = {}): Promise<Program> {
  const path = findProgram(name)
  const bytes = readBytes(path)
  const program = await translate(path, bytes, options)
  if (program.image.segments.length > 0) return program
  throw new FileError(`${path} has no instructions: there is nothing to run`)
}

async function translate(
  path: string,
  bytes: Uint8Array,
  options: CompileOptions,
): Promise<Program> {
  const kind = extname(path)
  if (kind === '.ts') return compileFile(path, options)
  if (kind === '.s' || kind === '.S') return assembleFile(path, bytes)
  if (kind === '.wasm') return linkWasm(path, bytes, options)
  if (looksLikeElf(bytes)) return inFile(path, () => programOf(bytes))
  throw new FileError(
    `${path} is neither guest TypeScript (.ts), assembly (.s), WebAssembly (.wasm) nor an ELF executable; write it in one of these forms`,
  )
}

async function compileFile(path: string, options: CompileOptions): Promise<Program> {
  const readSource = (name: string) => (existsSync(name) ? readFileSync(name, 'utf8') : null)
  const guest = JSON.parse(new TextDecoder().decode(await assetBytes(guestUrl))) as GuestSources
  // The compiler takes a second to load; who runs an executable does not wait for it.
  const { compile } = await loadToolchain()
  return compile(path, readSource, guest, options)
}

async function linkWasm(
  path: string,
  wasm: Uint8Array,
  { base }: CompileOptions,
): Promise<Program> {
  const { imageBases, linkWasmProgram } = await loadToolchain()
  return programOf(linkWasmProgram(path, wasm, base ?? imageBases.program))
}

function assembleFile(path: string, bytes: Uint8Array): Program {
  const source = new TextDecoder().decode(bytes)
  const readFile = (name: string) => (existsSync(name) ? readFileSync(name) : undefined)
  return programOf(assembleImage(source, { base: ramBase, fileName: path, readFile }))
}

/** The bytes of a file. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new FileError(`cannot read ${path}: ${reasonOf(error)}`)
  }
}

/** The text of a file. */
export function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path))
}

/** Lines of source files by name, each file read once; none for a file that is not there. */
export function sourceLines(): (file: string) => string[] | undefined {
  const files = new Map<string, string[] | undefined>()
  return (file) => {
    if (!files.has(file)) files.set(file, existsSync(file) ? readText(file).split('\n') : undefined)
    return files.get(file)
  }
}

/** Throws a FileError when a file cannot be written, before the work whose result it is to hold. Leaves nothing behind. */
export function checkWritable(path: string): void {
  try {
    if (existsSync(path) && statSync(path).isDirectory()) throw new FileError(reasons.EISDIR)
    let place = path
    while (!existsSync(place)) place = dirname(place)
    if (place !== path && !statSync(place).isDirectory()) throw new FileError(reasons.ENOTDIR)
    accessSync(place, constants.W_OK)
  } catch (error) {
    throw new FileError(`cannot write ${path}: ${reasonOf(error)}`)
  }
}

/** Write a file, with the folders it needs. */
export function writeFile(path: string, content: Uint8Array | string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  } catch (error) {
    throw new FileError(`cannot write ${path}: ${reasonOf(error)}`)
  }
}

/** Put the file's name in front of what is wrong with its content. */
function inFile<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new FileError(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  ENOSPC: 'the disk is full',
}

/** Why a file or stream did not do, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return reasons[code ?? ''] ?? message
}
