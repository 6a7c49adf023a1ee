import { describe, expect, it } from 'vitest'
import type { Machine } from '../../host/machine/machine.ts'
import { assembleImage } from '../../host/toolchain/asm/index.ts'
import { expectScenarios, machineWith, testMachine } from './support.ts'

const base = 0x8080_0000

/** Run a program of a few instructions under the kernel. */
async function runProgram(body: string): Promise<Machine> {
  const source = `
    .word 0x4750544e, 1, start, 0, 0, 0, 0, 0
    start:
    ${body}
  `
  return machineWith(assembleImage(source, { base }))
}

const faults: [name: string, body: string, text: string][] = [
  [
    'reads address 0',
    'lw a0, 0(zero)',
    'load access at pc 0x80800020, address 0x00000000, thread 1',
  ],
  [
    'writes the kernel',
    'lui a0, 0x80000\nsw a0, 0(a0)',
    'store access at pc 0x80800024, address 0x80000000',
  ],
  ['jumps into the kernel', 'lui a0, 0x80000\njr a0', 'instruction access at pc 0x80000000'],
  ['executes what is no instruction', '.word 0', 'illegal instruction at pc 0x80800020'],
  ['touches a CSR of the machine', 'csrr a0, mstatus', 'illegal instruction at pc 0x80800020'],
  ['reaches the unreachable', 'ebreak\naddi x0, x0, 1', 'unreachable at pc 0x80800020, thread 1'],
  [
    'writes a device',
    'lui a0, 0x10000\nsb a0, 0(a0)',
    'store access at pc 0x80800024, address 0x10000000',
  ],
]

describe('faults of programs', () => {
  it.each(faults)('reports a program that %s', async (_name, body, text) => {
    const machine = await runProgram(body)
    const report = await machine.run({ for: '10ms' })
    expect(machine.consoleText).toContain(`fault: ${text}`)
    expect(report).toMatchObject({ stopReason: 'fault' })
  })

  it('lets no pointer of a system call harm the kernel', async () => {
    await expectScenarios(await testMachine('faults'), ['pointers'])
  })
})
