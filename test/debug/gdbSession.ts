/** Lets Debian's GDB drive a machine by a script. */
import { spawn } from 'node:child_process'
import { MachineTarget } from '../../host/debug/machineTarget.ts'
import { Machine } from '../../host/machine/machine.ts'
import type { MachineOptions } from '../../host/machine/options.ts'
import type { Program } from '../../host/machine/program.ts'
import { serveGdb } from '../../host/node/gdbListener.ts'
import { writeImage } from '../../host/toolchain/elf/writer.ts'
import { mergeImages } from '../../host/toolchain/index.ts'

/** GDB ends by itself; this is for one that hangs. */
const patience = 60_000

/** Runs commands over a fresh machine with the program, in a folder where GDB finds its sources. Returns what GDB has printed. */
export async function gdbSession(
  program: Program,
  folder: string,
  commands: readonly string[],
  options: MachineOptions = {},
): Promise<string> {
  const machine = await Machine.create({ ...options, history: true })
  await machine.load(program)
  const image = machine.images.reduce((kernel, other) => mergeImages(kernel, other))
  const target = new MachineTarget(machine, { name: '/program.elf', bytes: writeImage(image) })
  let text = ''
  await serveGdb(target, 0, (port) => {
    const all = ['set confirm off', `target remote 127.0.0.1:${port}`, ...commands]
    const args = ['-batch', '-nx', ...all.flatMap((command) => ['-ex', command])]
    const child = spawn('gdb-multiarch', args, { cwd: folder, timeout: patience })
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => (text += bytes.toString()))
    }
  })
  return text
}
