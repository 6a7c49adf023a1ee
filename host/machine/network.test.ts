import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { WireFrame } from '../net/network.ts'
import { assembleImage } from '../toolchain/asm/index.ts'
import { Machine } from './machine.ts'
import type { MachineOptions } from './options.ts'
import { parseRecording, Recorder } from './recording.ts'
import { replay } from './replay.ts'

/** The same driver beside harts that count in memory and never sleep. */
const counting = `_start: beqz a0, driver
        la t0, counter
1:      lw t1, 0(t0)
        addi t1, t1, 1
        sw t1, 0(t0)
        mul t2, t1, t1
        j 1b
driver: li s0, NIC`
const source = readFileSync(new URL('../../test/machine/frame-echo.s', import.meta.url), 'utf8')
const port = 7

async function echoMachine(options: MachineOptions = {}): Promise<Machine> {
  const machine = await Machine.create({ ramBytes: 1 << 20, ...options })
  await machine.load(assembleImage(source, { base: 0x8000_0000 }))
  await machine.run({ for: '10us' })
  return machine
}

async function loaded(options: MachineOptions): Promise<Machine> {
  const machine = await echoMachine(options)
  const clients = machine.network.clients({ port, count: 4, requests: 25, timeout: '1ms' })
  await machine.run({ until: () => clients.finished })
  expect(clients.counts.answers).toBe(100)
  return machine
}

describe('a machine on the network', () => {
  it('answers after the delay of both ways and its own work', async () => {
    const machine = await echoMachine({ link: { delay: '50us' } })
    const socket = machine.network.udp({ port })
    const start = machine.timeline.now
    const answer = socket.request('hello')
    await machine.run({ for: '1ms' })
    const reply = await answer
    expect(new TextDecoder().decode(reply?.payload)).toBe('hello')
    expect(reply?.cycle).toBeGreaterThan(start + 100_000)
    expect(reply?.cycle).toBeLessThan(start + 110_000)
  })

  it('lets a script go on at the cycle of the answer', async () => {
    const machine = await echoMachine({ link: { delay: '50us' } })
    const socket = machine.network.udp({ port })
    const script = async () => {
      const cycles: number[] = []
      for (const text of ['a', 'b', 'c']) {
        const sent = machine.timeline.now
        cycles.push(((await socket.request(text))?.cycle ?? NaN) - sent)
      }
      return cycles
    }
    const measured = script()
    await machine.run()
    const [, second, third] = await measured
    expect(second).toBeLessThan(110_000)
    expect(third).toBeLessThan(110_000)
  })

  it('shows every frame both ways', async () => {
    const machine = await echoMachine({ link: { delay: '1us' } })
    const seen: WireFrame[] = []
    machine.network.watch((frame) => seen.push(frame))
    machine.network.udp({ port }).send('x')
    await machine.run()
    expect(seen.map(({ direction }) => direction)).toEqual(['toGuest', 'fromGuest'])
    expect(seen[1].cycle).toBeGreaterThan(seen[0].cycle)
    const { framesReceived, framesTransmitted } = machine.counters()
    expect([framesReceived, framesTransmitted]).toEqual([1, 1])
  })

  it('does the same again with the same seed', async () => {
    const options = { link: { delay: '20us', loss: '5%' }, seed: 3 }
    const [first, second] = await Promise.all([loaded(options), loaded(options)])
    expect(second.stateHash()).toBe(first.stateHash())
    expect(second.cycles).toBe(first.cycles)
    expect(first.network.counts.lost).toBeGreaterThan(0)
  })

  it.each([1, 2, 4])('replays what came over the network, with %d harts', async (harts) => {
    const crowded = source.replace('_start: li s0, NIC', counting) + 'counter: .space 4\n'
    const image = assembleImage(crowded, { base: 0x8000_0000 })
    const machine = await Machine.create({ ramBytes: 1 << 20, harts })
    await machine.load(image)
    const recorder = new Recorder(machine)
    await machine.run({ for: '10us' })
    const clients = machine.network.clients({ port, count: 4, requests: 10, timeout: '1ms' })
    await machine.run({ until: () => clients.finished, for: '10ms' })
    expect(clients.finished).toBe(true)

    const recording = parseRecording(await recorder.text('frame-echo.s'))
    const again = await Machine.create({ ramBytes: 1 << 20, harts })
    await again.load(image)
    expect((await replay(again, recording)).divergence).toBeUndefined()
    expect(again.stateHash()).toBe(machine.stateHash())
  })

  it('goes another way with another seed when frames are lost', async () => {
    const link = { delay: '20us', loss: '5%' }
    const [first, second] = await Promise.all([
      loaded({ link, seed: 3 }),
      loaded({ link, seed: 4 }),
    ])
    expect(second.stateHash()).not.toBe(first.stateHash())
  })

  it('outlives malformed frames', async () => {
    const machine = await echoMachine()
    expect(() => machine.network.send(new Uint8Array(5))).toThrow('malformed frame: 5 bytes')
    machine.network.send(new Uint8Array(2000))
    machine.network.send(new Uint8Array(20_000))
    const answer = machine.network.udp({ port }).request('still there?')
    await machine.run()
    expect(await answer).toBeDefined()
  })
})
