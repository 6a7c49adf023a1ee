import { describe, it } from 'vitest'
import { expectScenarios, testMachine } from './support.ts'

describe('system calls', () => {
  it('waits for events, semaphores, timers and threads', async () => {
    const machine = await testMachine('waits')
    await expectScenarios(machine, [
      ...['S27', 'S33', 'S34', 'S35', 'S57', 'mutex'],
      ...[
        'threads',
        'semaphore',
        'any',
        'all',
        'handles',
        'suspend',
        'delay',
        'quantum',
        'priority',
      ],
    ])
  })

  it('runs APCs in alertable waits, and completes requests by them', async () => {
    const machine = await testMachine('apcs')
    await expectScenarios(machine, [
      ...['S28', 'S63', 'S64', 'S65', 'S67', 'S88', 'S89', 'S90', 'S93', 'S115'],
      ...['N3.11', 'N4.15', 'alert', 'queue', 'terminate', 'test alert'],
    ])
  })

  it('has the results of Windows’ own functions', async () => {
    const machine = await testMachine('completion')
    await expectScenarios(machine, ['S69', 'S70', 'S72', 'N3.9', 'N3.10'])
  })

  it('carries packets by completion ports', async () => {
    const machine = await testMachine('ports')
    await expectScenarios(machine, [
      ...[
        'S39',
        'S42',
        'S43',
        'S44',
        'S58',
        'S59',
        'S60',
        'S61',
        'S68',
        'S71',
        'S73',
        'S74',
        'S82',
      ],
      ...['S90', 'S91', 'S95', 'S100', 'S113', 'N3.5', 'N3.15', 'operation', 'wait packet'],
    ])
  })
})
