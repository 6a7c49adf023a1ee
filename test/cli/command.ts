/** Runs the built `nothread` command for tests of the command line. */

import type { ChildProcess } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** The command's script. */
export const command = join(import.meta.dirname, '../../dist/host/cli/main.js')

export interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

/** Run `nothread` with arguments, in a folder, with `input` for it to read. */
export function nothread(args: string[], folder = process.cwd(), input = ''): Outcome {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [command, ...args], {
    cwd: folder,
    encoding: 'utf8',
    input,
    env: { ...process.env, NO_COLOR: '1' },
    timeout: 120_000,
  })
  if (error !== undefined) throw error
  return { status, stdout, stderr }
}

/** A `nothread` that goes on running beside the test. */
export class Running {
  readonly #process: ChildProcess
  readonly #outcome: Promise<Outcome>
  #stdout = ''
  #stderr = ''

  constructor(args: string[], folder: string) {
    const env = { ...process.env, NO_COLOR: '1' }
    this.#process = spawn(process.execPath, [command, ...args], { cwd: folder, env })
    this.#process.stdout?.on('data', (text: Buffer) => (this.#stdout += text.toString()))
    this.#process.stderr?.on('data', (text: Buffer) => (this.#stderr += text.toString()))
    this.#outcome = once(this.#process, 'close').then(([status]) => ({
      status: status as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }))
  }

  /** Wait until the standard output holds `text`. Throws when the command ends before. */
  async prints(text: string): Promise<void> {
    while (!this.#stdout.includes(text)) {
      const data = once(this.#process.stdout as NodeJS.ReadableStream, 'data')
      const ended = await Promise.race([data.then(() => false), this.#outcome.then(() => true)])
      if (ended) throw new Error(`nothread ended without "${text}": ${this.#stdout}${this.#stderr}`)
    }
  }

  /** Send a signal, and wait for the end. */
  end(signal: NodeJS.Signals): Promise<Outcome> {
    this.#process.kill(signal)
    return this.#outcome
  }
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
