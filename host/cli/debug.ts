/** `nothread debug`: a program under GDB. */

import { resolve } from 'node:path'
import { MachineTarget } from '../debug/machineTarget.ts'
import { Machine } from '../machine/machine.ts'
import type { MachineOptions } from '../machine/options.ts'
import { readProgram } from '../node/files.ts'
import { serveGdb } from '../node/gdbListener.ts'
import { writeImage } from '../toolchain/elf/writer.ts'
import { exitCode } from './exit.ts'
import { clearProgress, progress, say } from './talk.ts'

export interface DebugCommand extends Pick<MachineOptions, 'harts' | 'seed' | 'timing' | 'link'> {
  gdb: number
  param?: MachineOptions['parameters']
}

/** Wait for GDB and let it drive the program. Returns the exit code of the command. */
export async function debugCommand(file: string, command: DebugCommand): Promise<number> {
  const { gdb, param, ...options } = command
  progress(`loading ${file}`)
  const program = await readProgram(file)
  const machine = await Machine.create({ ...options, parameters: param })
  await machine.load(program)
  const { mergeImages } = await import('../toolchain/index.ts')
  const image = machine.images.reduce((kernel, other) => mergeImages(kernel, other))
  const target = new MachineTarget(machine, {
    name: resolve(`${file}.elf`),
    bytes: writeImage(image),
  })
  clearProgress()
  machine.console.listen((text) => process.stdout.write(text))
  await serveGdb(target, gdb, (port) => {
    say(`waiting for GDB: gdb-multiarch -ex 'target remote localhost:${port}'`)
  })
  say(`GDB has left at cycle ${machine.cycles}`)
  return exitCode.ok
}
