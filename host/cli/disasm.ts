/** `nothread disasm`: the instructions of a program. */

import { existsSync } from 'node:fs'
import { readProgram, readText } from '../node/files.ts'
import { exitCode } from './exit.ts'
import { clearProgress, progress } from './talk.ts'

export interface DisasmCommand {
  source?: boolean
}

/** Print the listing of a program. Returns the exit code of the command. */
export async function disasmCommand(file: string, { source }: DisasmCommand): Promise<number> {
  progress(`loading ${file}`)
  const { image } = await readProgram(file)
  const { listing } = await import('../toolchain/disasm/index.ts')
  clearProgress()
  const lines = source === true ? sourceLines() : undefined
  for (const line of listing(image, { source: lines })) console.log(line)
  return exitCode.ok
}

/** Lines of source files by name, each file read once; none for a file that is not there. */
function sourceLines(): (file: string) => string[] | undefined {
  const files = new Map<string, string[] | undefined>()
  return (file) => {
    if (!files.has(file)) files.set(file, existsSync(file) ? readText(file).split('\n') : undefined)
    return files.get(file)
  }
}
