/** What a machine loads: a program from the compiler, an ELF file, or an image in memory; and what else is in its sections. */

import { assetBytes } from '../assets.ts'
import type { AssetSource } from '../assets.ts'
import type { Image, Segment } from '../toolchain/elf/image.ts'
import { readImage } from '../toolchain/elf/reader.ts'
import type { SpawnFunction } from '../toolchain/frontend/exports.ts'
import { readCoroutines } from '../toolchain/coroutineSection.ts'
import { readInformation } from '../toolchain/dwarf/information.ts'
import { readLayouts } from '../toolchain/frontend/layoutSection.ts'
import { jsonSection } from '../toolchain/elf/jsonSection.ts'
import { ramBase } from './memory.ts'

/** An image with the functions the host can call in it. */
export interface Program {
  image: Image
  spawns: SpawnFunction[]
}

/** First word of a program that runs under the executive ("NTPG"). */
const programMagic = 0x4750_544e

/** Words of a program's header: version is 1; the address of the image of the next program, or 0. */
const headerNext = 24
/** The memory of programs: from behind the kernel to the kernel's pool; each program's stacks lie in front of its image. */
const programsStart = 0x8040_0000
const stacksBytes = 0x40_0000
/** The pool is 12 MiB and, in whole pages, a quarter of the RAM beyond 64 MiB. */
const leastPoolBytes = 0xc0_0000
const usualRamBytes = 0x400_0000
const poolShare = 4
const pageBytes = 4096

const spawnSection = '.nothread.spawns'
const spawnShape = [{ name: 'string', parameters: ['string'], result: 'string' }] as const

/** A program from whatever was given. Throws an ElfError when bytes are no program for this machine. */
export function programOf(source: Uint8Array | Image | Program): Program {
  if ('image' in source) return source
  const image = source instanceof Uint8Array ? readImage(source) : source
  if (source instanceof Uint8Array) checkTables(image)
  return { image, spawns: jsonSection<SpawnFunction[]>(image, spawnSection, spawnShape) ?? [] }
}

/** Refuse an executable with broken tables now, and not when somebody looks at them. */
function checkTables(image: Image): void {
  for (const read of [readCoroutines, readLayouts, readInformation]) read(image)
}

/** Whether an image is, or contains, a program for the executive. */
export function isForExecutive({ segments }: Image): boolean {
  return segments.some(isProgram)
}

/** Whether an image is a program for the executive without the executive in it. */
export function needsKernel(image: Image): boolean {
  return isForExecutive(image) && !startsMachine(image)
}

/** Whether the first code of the machine is in an image. */
export function startsMachine({ segments }: Image): boolean {
  return segments.some(({ address }) => address === ramBase)
}

/**
 * Where the images of so many programs belong, for equal parts of the memory. The first address is that of a program alone.
 * @param ramBytes size of RAM
 */
export function programBases(count: number, ramBytes: number): number[] {
  const unusual = Math.max(ramBytes - usualRamBytes, 0)
  const pool = leastPoolBytes + Math.floor(unusual / poolShare / pageBytes) * pageBytes
  const all = ramBase + ramBytes - pool - programsStart
  const part = Math.floor(all / count / pageBytes) * pageBytes
  return Array.from({ length: count }, (_, i) => programsStart + i * part + stacksBytes)
}

/**
 * Images of programs that run at once: each header gets the address of the next program. Throws a RangeError for one that is not
 * for the executive, or that lies where the stacks of the next begin.
 */
export function chainPrograms(images: readonly Image[]): Image[] {
  return images.map((image, i) => {
    const header = headerOf(image)
    const next = i + 1 < images.length ? headerOf(images[i + 1]) : undefined
    if (next !== undefined && endOf(image) > next.address - stacksBytes) {
      throw new RangeError(
        `program ${i + 2} begins in the memory of program ${i + 1}; link it for an address of programBases`,
      )
    }
    const bytes = header.bytes.slice()
    new DataView(bytes.buffer).setUint32(headerNext, next?.address ?? 0, true)
    const segments = image.segments.map((part) => (part === header ? { ...part, bytes } : part))
    return { ...image, segments }
  })
}

/** What has to be in memory for programs: the kernel when they need one, the neighbours, and the first program last. */
export async function imagesOf(
  program: Program,
  neighbours: readonly Program[],
  kernel: AssetSource,
): Promise<Image[]> {
  const programs = [program, ...neighbours].map(({ image }) => image)
  const [first, ...others] = neighbours.length === 0 ? programs : chainPrograms(programs)
  const images = [...others, first]
  if (needsKernel(program.image)) images.unshift(readImage(await assetBytes(kernel)))
  return images
}

function headerOf({ segments }: Image): Segment {
  const header = segments.find(isProgram)
  if (header !== undefined) return header
  throw new RangeError('only programs for the executive can run beside another')
}

function endOf({ segments }: Image): number {
  return Math.max(...segments.map(({ address, memorySize }) => address + memorySize))
}

function isProgram({ bytes }: Segment): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return bytes.length >= 4 && view.getUint32(0, true) === programMagic
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
