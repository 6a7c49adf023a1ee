import { describe, it } from 'vitest'
import { expectScenarios, testMachine } from './support.ts'

describe('polls of sockets', () => {
  it('end with an event, a timeout, a close or a newer poll', async () => {
    const machine = await testMachine('polls', { link: { delay: '20ms' } })
    const socket = machine.network.udp({ port: 6000 })
    socket.send('one')
    machine.timeline.add(20_000_000, () => socket.send('two'))
    await expectScenarios(machine, [
      ...['S97', 'S98', 'S99', 'timeout', 'cancel', 'arrival', 'refusals'],
    ])
  })
})
