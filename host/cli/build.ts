/** `nothread build`: compile a program to one ELF image that needs nothing else. */

import { assetBytes, kernelUrl } from '../assets.ts'
import type { Program } from '../machine/program.ts'
import { needsKernel } from '../machine/program.ts'
import { readProgram, writeFile } from '../node/files.ts'
import type { Image } from '../toolchain/elf/image.ts'
import { readImage } from '../toolchain/elf/reader.ts'
import { writeImage } from '../toolchain/elf/writer.ts'
import { exitCode } from './exit.ts'
import { clearProgress, progress } from './talk.ts'

export interface BuildCommand {
  output: string
  debug?: boolean
}

/** Compile `file` and write the ELF image. Returns the exit code of the command. */
export async function buildCommand(file: string, { output, debug }: BuildCommand): Promise<number> {
  progress(`compiling ${file}`)
  const bytes = writeImage(await withKernel(await readProgram(file, { debug })))
  writeFile(output, bytes)
  clearProgress()
  console.log(`${output}: ${bytes.length} bytes`)
  return exitCode.ok
}

/** One image with everything a machine needs, the executive included. */
async function withKernel({ image }: Program): Promise<Image> {
  if (!needsKernel(image)) return image
  const { mergeImages } = await import('../toolchain/index.ts')
  return mergeImages(readImage(await assetBytes(kernelUrl)), image)
}
