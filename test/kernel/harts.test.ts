import { describe, expect, it } from 'vitest'
import { expectScenarios, kernelMachine } from './support.ts'

describe('several harts', () => {
  it('share threads, DPCs and locks', async () => {
    const machine = await kernelMachine('harts', { harts: 4 })
    await expectScenarios(machine, [
      ...[
        'S11',
        'S12',
        'S23',
        'S24',
        'S26',
        'S29',
        'S36',
        'S38',
        'N2.14',
        'N4.15',
        'affinity',
        'reassigned',
      ],
    ])
  })

  it('stop at a DPC that runs for too long', async () => {
    const machine = await kernelMachine('watchdog')
    const report = await machine.run({ for: '100ms' })
    expect(machine.consoleText).toBe('bug check: DPC watchdog violation on hart 0x00000000\n')
    expect(report).toMatchObject({ stopReason: 'fault' })
  })
})
