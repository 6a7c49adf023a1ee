/** A machine that goes back and forth ends where one does that never turned round, with peers and their link on the other side. */
import { describe, expect, it } from 'vitest'
import { Machine } from '../../host/index.ts'
import { Random } from '../../host/net/random.ts'
import { echoProgram } from './echo.ts'

const link = { delay: '50us', loss: 0.02, reorder: 0.05 }
const clients = { port: 7, count: 8, requests: 6 }

async function echo(history: boolean) {
  const machine = await Machine.create({ link, seed: 3, history })
  await machine.load(await echoProgram('udp-echo.ts'))
  await machine.run({ until: { text: '\n' } })
  return { machine, load: machine.network.clients(clients) }
}

describe('an echo server under load', () => {
  it('is the same after 50 walks in its past and future', async () => {
    const straight = await echo(false)
    await straight.machine.run({ until: () => straight.load.finished })
    const { machine, load } = await echo(true)
    const random = new Random(7, 'walks')
    const below = (most: number) => random.below(most)
    const seen = new Map<number, string>()
    for (let walk = 0; walk < 50; walk++) {
      await machine.run({ for: `${below(80_000)}cy` })
      if (!machine.inPast) seen.set(machine.history!.present, machine.stateHash())
      if (walk % 5 === 0) await machine.stepBack(1 + below(5000))
      else if (walk % 5 === 1) await machine.runBackTo('event')
      else if (walk % 5 === 2) await machine.runBackTo('input')
      else await machine.runBackTo(Math.max(0, machine.cycles - below(200_000)))
    }
    await machine.run({ until: machine.history!.present })
    for (const [cycle, hash] of [...seen].reverse()) {
      await machine.runBackTo(cycle)
      expect(machine.stateHash()).toBe(hash)
    }
    await machine.run({ until: () => load.finished })
    expect(machine.stateHash()).toBe(straight.machine.stateHash())
    expect(machine.cycles).toBe(straight.machine.cycles)
    expect(load.latencies).toEqual(straight.load.latencies)
    expect(machine.console.text).toBe(straight.machine.console.text)
  })
})
