import { describe, it } from 'vitest'
import { expectScenarios, kernelMachine } from './support.ts'

describe('IRQL, interrupts and DPCs', () => {
  it('keeps the order that the levels give', async () => {
    const machine = await kernelMachine('interrupts', { harts: 4 })
    await expectScenarios(machine, [
      ...[
        'S1',
        'S2',
        'S3',
        'S4',
        'S6',
        'S7',
        'S8',
        'S9',
        'S30',
        'S31',
        'S32',
        'S12',
        'S13',
        'S14',
        'S15',
        'S16',
        'S18',
        'S19',
        'S20',
        'S21',
        'S23',
        'S132',
      ],
      ...['N1.8', 'N2.2', 'N2.3', 'N2.5'],
    ])
  })
})

describe('I/O request packets', () => {
  it('travel down a stack of devices and back, once', async () => {
    const machine = await kernelMachine('requests')
    await expectScenarios(machine, [
      ...['S45', 'S47', 'S48', 'S53', 'S55', 'N4.3', 'N4.4', 'N4.6', 'skip', 'memory'],
    ])
  })

  it('are repeated by a filter driver that takes them back', async () => {
    const machine = await kernelMachine('filters')
    await expectScenarios(machine, ['stack', 'retry', 'later', 'cancel', 'memory'])
  })
})
