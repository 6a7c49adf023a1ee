import { describe, it } from 'vitest'
import { expectScenarios, testMachine } from './support.ts'

describe('polls of sockets', () => {
  it('end with an event, a timeout, a close or a newer poll', async () => {
    const machine = await testMachine('polls', { link: { delay: '20ms' } })
    const socket = machine.network.udp({ port: 6000 })
    socket.send('one')
    machine.timeline.add(20_000_000, () => socket.send('two'))
    machine.timeline.add(60_000_000, () => machine.network.udp({ port: 6001 }).send('later'))
    await expectScenarios(machine, [
      ...['S97', 'S98', 'S99', 'S114', 'timeout', 'cancel', 'arrival', 'refusals'],
    ])
  })
})
