/**
 * Tar archives (POSIX.1-2017, pax, "ustar Interchange Format") for the machine's disk, where the executive opens their files as
 * `\Device\Volume\NAME`. Left out: owners, times, links.
 */

import { concatenate } from '../bytes.ts'

const blockBytes = 512

/** An archive of files by name, for `machine.insertDisk`; a name that ends in / is a folder. */
export function archive(files: Record<string, Uint8Array>): Uint8Array {
  const parts = Object.entries(files).flatMap(([name, data]) => [header(name, data.length), data])
  const blocks = parts.map((part) => padded(part))
  return concatenate([...blocks, new Uint8Array(2 * blockBytes)])
}

function header(name: string, bytes: number): Uint8Array {
  const block = new Uint8Array(blockBytes)
  const put = (offset: number, text: string) => block.set(new TextEncoder().encode(text), offset)
  const cut = name.length > 100 ? name.lastIndexOf('/', 155) : -1
  put(0, name.slice(cut + 1))
  put(100, '0000644\0')
  put(124, `${bytes.toString(8).padStart(11, '0')}\0`)
  put(148, ' '.repeat(8))
  put(156, name.endsWith('/') ? '5' : '0')
  put(257, 'ustar\0' + '00')
  if (cut > 0) put(345, name.slice(0, cut))
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `)
  return block
}

function padded(part: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(part.length / blockBytes) * blockBytes)
  whole.set(part)
  return whole
}
