/** The command with compiled guest programs: their faults, their images, the demonstration. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { shippedProgram } from '../../host/node/files.ts'
import { inFolder } from '../programs.ts'
import { nothread } from './command.ts'

const hello = readFileSync(shippedProgram('hello.ts'), 'utf8')
const zero = `export function main(): i32 {
  return load<i32>(0)
}
`
const failing = `export async function main(): Promise<i32> {
  return 9
}
`

/** The compiler takes seconds, on a busy computer many. */
const patience = { timeout: 180_000 }

describe('a compiled program', patience, () => {
  it('runs, and its image runs the same', () => {
    inFolder({ 'hello.ts': hello }, (folder) => {
      const compiled = nothread(['run', 'hello.ts'], folder)
      expect(compiled.status).toBe(0)
      expect(compiled.stdout).toContain('hello')
      expect(nothread(['build', 'hello.ts', '-o', 'out/hello.elf'], folder).status).toBe(0)
      expect(nothread(['run', 'out/hello.elf'], folder)).toEqual(compiled)
    })
  })

  it('that reads address 0 is told so with the line, and the command ends with 3', () => {
    const { status, stdout, stderr } = inFolder({ 'zero.ts': zero }, (folder) =>
      nothread(['run', 'zero.ts', '--json'], folder),
    )
    expect(status).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({
      stopReason: 'fault',
      exitCode: 0x100,
      fault: { cause: 5, value: 0 },
      console: expect.stringContaining('fault'),
    })
    expect(stderr).toBe('')
    const talk = inFolder({ 'zero.ts': zero }, (folder) => nothread(['run', 'zero.ts'], folder))
    expect(talk.stderr).toMatch(
      /^the program faulted: load refused .*\(zero\.ts:2\)\n(?: {4}at .*\n)*$/,
    )
  })

  it('that returns a number other than 0 fails', () => {
    const { status, stderr } = inFolder({ 'failing.ts': failing }, (folder) =>
      nothread(['run', 'failing.ts'], folder),
    )
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'the guest exits with 9\n' })
  })
})

describe('nothread start', patience, () => {
  it('shows one await, totals, latencies, and leaves trace and capture', () => {
    inFolder({}, (folder) => {
      const { status, stdout, stderr } = nothread(
        ['start', '--clients', '8', '--requests', '2', '--out', 'seen'],
        folder,
      )
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      for (const word of ['await.suspend', 'wire.receive', 'irp.complete', 'port.insert']) {
        expect(stdout).toContain(word)
      }
      expect(stdout).toMatch(/^requests +16$/m)
      expect(stdout).toMatch(/^p99 +[\d,]+ +[\d.]+$/m)
      expect(stdout).toMatch(
        /\ncycles \d+ {2}instructions \d+ {2}events \d+ {2}state [0-9a-f]{16}\n$/,
      )
      for (const name of ['udp-echo.pftrace', 'udp-echo.pcapng']) {
        expect(existsSync(join(folder, 'seen', name))).toBe(true)
      }
    })
  })
})
