/** What a machine loads: a program from the compiler, an ELF file, or an image in memory; and what else is in its sections. */

import type { Image, Segment } from '../toolchain/elf/image.ts'
import { readImage } from '../toolchain/elf/reader.ts'
import type { SpawnFunction } from '../toolchain/frontend/exports.ts'
import type { CoroutineTable } from '../toolchain/backend/link/coroutines.ts'
import { ramBase } from './memory.ts'

/** An image with the functions the host can call in it. */
export interface Program {
  image: Image
  spawns: SpawnFunction[]
}

/** First word of a program that runs under the executive ("NTPG"). */
const programMagic = 0x4750_544e

const spawnSection = '.nothread.spawns'
const coroutineSection = '.nothread.coroutines'

/** A program from whatever was given. Throws an ElfError when bytes are no program for this machine. */
export function programOf(source: Uint8Array | Image | Program): Program {
  if ('image' in source) return source
  const image = source instanceof Uint8Array ? readImage(source) : source
  return { image, spawns: section<SpawnFunction[]>(image, spawnSection) ?? [] }
}

/** Whether an image is, or contains, a program for the executive. */
export function isForExecutive({ segments }: Image): boolean {
  return segments.some(isProgram)
}

/** Whether an image is a program for the executive without the executive in it. */
export function needsKernel(image: Image): boolean {
  return isForExecutive(image) && !image.segments.some(({ address }) => address === ramBase)
}

function isProgram({ bytes }: Segment): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return bytes.length >= 4 && view.getUint32(0, true) === programMagic
}

/** The compiler's table of coroutines. */
export function coroutineTables(image: Image): CoroutineTable[] {
  return section<CoroutineTable[]>(image, coroutineSection) ?? []
}

/** SHA-256 over entry and segments of images, and a disk, in hexadecimal: two equal hashes are the same code and data. */
export async function imageHash(
  images: readonly Image[],
  disk: Uint8Array = new Uint8Array(0),
): Promise<string> {
  const parts = images.flatMap(({ entry, segments }) => [
    Uint32Array.of(entry),
    ...segments.flatMap(({ address, memorySize, bytes }) => [
      Uint32Array.of(address, memorySize, bytes.length),
      bytes,
    ]),
  ])
  const whole = await new Blob([...parts, disk] as BlobPart[]).arrayBuffer()
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', whole))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function section<T>(image: Image, name: string): T | undefined {
  const bytes = image.sections.get(name)
  return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as T)
}
