/** `nothread disasm`: the instructions of a program. */

import { readProgram } from '../node/files.ts'
import { programSources } from '../node/sources.ts'
import { exitCode } from './exit.ts'
import { clearProgress, progress } from './talk.ts'

export interface DisasmCommand {
  source?: boolean
}

/** Print the listing of a program, with the source above its code unless `source` is false. Returns the exit code of the command. */
export async function disasmCommand(file: string, { source }: DisasmCommand): Promise<number> {
  progress(`loading ${file}`)
  const { image } = await readProgram(file)
  const { listing } = await import('../toolchain/disasm/index.ts')
  clearProgress()
  const lines = source === false ? undefined : await programSources()
  for (const line of listing(image, { source: lines })) console.log(line)
  return exitCode.ok
}
