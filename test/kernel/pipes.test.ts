import { describe, it } from 'vitest'
import { expectScenarios, testMachine } from './support.ts'

describe('pipes', () => {
  it('carry bytes and messages, pending, blocking and by packets, until they break', async () => {
    await expectScenarios(await testMachine('pipes'), [
      ...[
        'S75',
        'S77',
        'S78',
        'S81',
        'S83',
        'S86',
        'S87',
        'S88',
        'S89',
        'S90',
        'S91',
        'S93',
        'S95',
        'S96',
      ],
      ...['bytes', 'messages', 'broken', 'instances', 'blocking', 'disconnect'],
    ])
  })
})
