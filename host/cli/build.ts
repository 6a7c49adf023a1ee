/**
 * `nothread build`: compile a program to one ELF image that needs nothing else, or print what a pass of the compiler makes of its functions.
 */

import { assetBytes, kernelUrl } from '../assets.ts'
import type { Program } from '../machine/program.ts'
import { needsKernel } from '../machine/program.ts'
import { checkWritable, readProgram, writeFile } from '../node/files.ts'
import type { Checks, Dump } from '../toolchain/backend/index.ts'
import type { Image } from '../toolchain/elf/image.ts'
import { readImage } from '../toolchain/elf/reader.ts'
import { writeImage } from '../toolchain/elf/writer.ts'
import { exitCode, UsageError } from './exit.ts'
import { clearProgress, progress } from './talk.ts'
import { loadToolchain } from '../toolchain/load.ts'

export interface BuildCommand {
  output?: string
  debug?: boolean
  march?: string
  checks?: Partial<Checks>
  dump?: string
  function?: string
}

/** Compile `file` and write the ELF image, or the text of a pass. Returns the exit code of the command. */
export async function buildCommand(file: string, command: BuildCommand): Promise<number> {
  const { output, debug, march, checks } = command
  if (output === undefined && command.dump === undefined) {
    throw new UsageError('name the image with -o, or a pass with --dump')
  }
  if (command.function !== undefined && command.dump === undefined) {
    throw new UsageError('--function belongs to --dump, whose output it narrows; name a pass')
  }
  if (output !== undefined) checkWritable(output)
  await requirePass(command.dump)
  progress(`compiling ${file}`)
  const texts: string[] = []
  const program = await readProgram(file, { debug, march, checks, dump: dumpTo(texts, command) })
  const bytes = output === undefined ? undefined : writeImage(await withKernel(program))
  clearProgress()
  for (const text of texts) console.log(text)
  if (output === undefined || bytes === undefined) return exitCode.ok
  writeFile(output, bytes)
  console.log(`${output}: ${bytes.length} bytes`)
  return exitCode.ok
}

async function requirePass(name: string | undefined): Promise<void> {
  if (name === undefined) return
  const { DUMPS } = await import('../toolchain/backend/index.ts')
  if (DUMPS.includes(name)) return
  throw new UsageError(`--dump: there is no pass "${name}"; choose one of ${DUMPS.join(', ')}`)
}

/** Keeps the text that a pass leaves of each function, or of those whose symbols hold a word. */
function dumpTo(texts: string[], { dump, function: word = '' }: BuildCommand): Dump | undefined {
  if (dump === undefined) return undefined
  return (pass, text) => {
    const symbol = text.slice('function '.length, text.indexOf(' ('))
    if (pass === dump && symbol.includes(word)) texts.push(text)
  }
}

/** One image with everything a machine needs, the executive included. */
async function withKernel({ image }: Program): Promise<Image> {
  if (!needsKernel(image)) return image
  const { mergeImages } = await loadToolchain()
  return mergeImages(readImage(await assetBytes(kernelUrl)), image)
}
