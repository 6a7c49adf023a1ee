/** `nothread debug`: a program under GDB, or under the debugger of the terminal. */

import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { MachineTarget } from '../debug/machineTarget.ts'
import { TerminalDebugger } from '../debug/terminal/debugger.ts'
import { Machine } from '../machine/machine.ts'
import type { MachineOptions } from '../machine/options.ts'
import { readBytes, readProgram, sourceLines } from '../node/files.ts'
import { serveGdb } from '../node/gdbListener.ts'
import { looksLikeElf } from '../toolchain/elf/reader.ts'
import { writeImage } from '../toolchain/elf/writer.ts'
import { exitCode } from './exit.ts'
import { clearProgress, progress, say } from './talk.ts'
import { loadToolchain } from '../toolchain/load.ts'

export interface DebugCommand extends Pick<MachineOptions, 'harts' | 'seed' | 'timing' | 'link'> {
  /** Port for GDB; the debugger of the terminal without one. */
  gdb?: number
  /** Debug the code that `nothread run` runs. */
  optimized?: boolean
  param?: MachineOptions['parameters']
}

/** Let the user drive a program. Returns the exit code of the command. */
export async function debugCommand(file: string, command: DebugCommand): Promise<number> {
  const { gdb, optimized, param, ...options } = command
  progress(`loading ${file}`)
  const program = await readProgram(file, { debug: optimized !== true })
  const machine = await Machine.create({ ...options, parameters: param, history: true })
  await machine.load(program)
  clearProgress()
  machine.console.listen((text) => process.stdout.write(text))
  if (gdb === undefined) await converse(machine)
  else await serve(machine, file, gdb)
  return exitCode.ok
}

async function serve(machine: Machine, file: string, gdb: number): Promise<void> {
  const name = resolve(`${file}.elf`)
  const target = new MachineTarget(machine, { name, bytes: await executable(machine, file) })
  await serveGdb(target, gdb, (port) => {
    say(`waiting for GDB: gdb-multiarch -ex 'target remote localhost:${port}'`)
  })
  say(`GDB has left at cycle ${machine.cycles}`)
}

/** What GDB shall read: the file itself where it is the whole program, because it may tell more than we have read. */
async function executable({ images }: Machine, file: string): Promise<Uint8Array> {
  const bytes = readBytes(file)
  if (images.length === 1 && looksLikeElf(bytes)) return bytes
  const { mergeImages } = await loadToolchain()
  return writeImage(images.reduce((kernel, other) => mergeImages(kernel, other)))
}

/** Commands from the terminal, or from a pipe, until the user leaves. */
async function converse(machine: Machine): Promise<void> {
  const session = new TerminalDebugger(machine, sourceLines())
  const { stdin: input, stdout: output } = process
  const lines = createInterface({ input, output, terminal: input.isTTY, prompt: '(nothread) ' })
  lines.on('SIGINT', () => session.interrupt())
  // Lines of a pipe come at once: whoever asks later misses them.
  const commands = lines[Symbol.asyncIterator]()
  console.log(await session.execute('where'))
  lines.prompt()
  for (let next = await commands.next(); next.done !== true; next = await commands.next()) {
    const shown = await session.execute(next.value)
    if (shown !== '') console.log(shown)
    if (session.closed) break
    lines.prompt()
  }
  lines.close()
}
