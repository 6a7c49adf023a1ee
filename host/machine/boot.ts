/** What a program that has the machine to itself finds in memory besides its own segments. */

import type { Image } from '../toolchain/elf/image.ts'
import { deviceTree } from './devicetree.ts'
import type { Memory } from './memory.ts'
import { ramBase } from './memory.ts'
import type { Configuration } from './options.ts'

/** Write the devicetree to the end of RAM, and return its address; 0 when the program lies there. */
export function placeDeviceTree(
  memory: Memory,
  { harts, ramBytes }: Configuration,
  { segments }: Image,
): number {
  const tree = deviceTree({ harts, ramBytes })
  const address = ((ramBase + ramBytes - tree.length) & ~7) >>> 0
  if (segments.some((part) => part.address + part.memorySize > address)) return 0
  memory.write(address, tree)
  return address
}
