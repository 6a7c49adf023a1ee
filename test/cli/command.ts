/** Runs the built `nothread` command for tests of the command line. */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const command = join(import.meta.dirname, '../../dist/host/cli/main.js')

export interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

/** Run `nothread` with arguments, in a folder. */
export function nothread(args: string[], folder = process.cwd()): Outcome {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [command, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
    timeout: 60_000,
  })
  if (error !== undefined) throw error
  return { status, stdout, stderr }
}

/** Assembly programs that several tests run. */
export const assembly = {
  hello: `
    la a1, text
    li a2, 0x10000000
next:
    lbu a0, 0(a1)
    beqz a0, done
    sb a0, 0(a2)
    addi a1, a1, 1
    j next
done:
    li t0, 0x100000
    li t1, 0x5555
    sw t1, 0(t0)
    j done
text: .asciz "hello\\n"
`,
  failure: 'li t0, 0x100000\n li t1, 0x73333\n sw t1, 0(t0)\n',
  forever: 'loop: j loop\n',
  asleep: 'loop: wfi\n j loop\n',
  fault: '_start: nop\n lw a0, 0(zero)\n',
}
