/** The library's view of compiled programs: calls from outside, live coroutines, broken frames. */

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { guestUrl, Machine, parseRecording, Recorder, replay } from '../../host/index.ts'
import type { Program } from '../../host/index.ts'
import { assembleImage, compile } from '../../host/toolchain/index.ts'
import type { GuestSources } from '../../host/toolchain/index.ts'
import { echoProgram } from './echo.ts'

const source = `import { sleep, print } from 'nothread/guest';

export async function sum(count: i32, each: i64): Promise<i64> {
  let total: i64 = 0;
  for (let i = 0; i < count; i++) {
    await sleep(1000000);
    total += each;
  }
  return total;
}

export async function main(): Promise<void> {
  print('ready');
  await sleep(1000000000);
}
`

describe('a program with functions to call', () => {
  let program: Program
  beforeAll(async () => {
    const guest = JSON.parse(readFileSync(guestUrl, 'utf8')) as GuestSources
    program = await compile('sum.ts', (path) => (path === 'sum.ts' ? source : null), guest)
  }, 180_000)

  async function ready(): Promise<Machine> {
    const machine = await Machine.create()
    await machine.load(program)
    await machine.run({ until: { text: 'ready' } })
    return machine
  }

  it('answers calls while it runs', async () => {
    const machine = await ready()
    const results = Promise.all([
      machine.spawn<bigint>('sum', 3, 5_000_000_000n),
      machine.spawn<bigint>('sum', 1, -1n),
    ])
    await machine.run({ for: '20ms' })
    expect(await results).toEqual([15_000_000_000n, -1n])
  })

  it('shows its coroutines with line and values, and is not disturbed by it', async () => {
    const [watched, other] = [await ready(), await ready()]
    for (const machine of [watched, other]) {
      void machine.spawn('sum', 7, 1n)
      await machine.run({ for: '2500us' })
    }
    const sum = watched.coroutines().find(({ name }) => name === 'sum')
    expect(sum).toMatchObject({ file: 'sum.ts', line: 6 })
    const words = sum?.kept.flatMap(({ words }) => words)
    expect(words).toEqual(expect.arrayContaining([7, 1]))
    expect(watched.stateHash()).toBe(other.stateHash())
  })

  it('goes on from snapshots as if there had been none', async () => {
    const whole = await ready()
    void whole.spawn('sum', 4, 7n).catch(() => undefined)
    await whole.run({ for: '9ms' })

    let machine = await ready()
    void machine.spawn('sum', 4, 7n).catch(() => undefined)
    for (const piece of ['1us', '300us', '1ms', '700us', '2ms', '1ms']) {
      await machine.run({ for: piece })
      machine = await Machine.restore(await machine.snapshot(), { program })
    }
    await machine.run({ until: whole.cycles })
    expect(machine.instructions).toBe(whole.instructions)
    expect(machine.stateHash()).toBe(whole.stateHash())
  })

  it('fails calls that it cannot answer any more', async () => {
    const machine = await ready()
    const result = machine.spawn('sum', 1_000_000, 1n)
    const failure = expect(result).rejects.toThrow('sum was not answered: the run ended (exit)')
    await machine.run()
    await failure
  })
})

describe('udp-echo.ts', () => {
  it('keeps 64 coroutines waiting at the same await', async () => {
    const machine = await Machine.create()
    await machine.load(await echoProgram('udp-echo.ts'))
    await machine.run({ until: { text: '\n' } })
    await machine.run({ for: '10ms' })
    const serving = machine.coroutines().filter(({ name }) => name === 'serve')
    expect(serving).toHaveLength(64)
    expect(new Set(serving.map(({ line }) => line)).size).toBe(1)
    expect(new Set(serving.map(({ operation }) => operation)).size).toBe(64)
  })

  it('outlives every kind of broken frame', async () => {
    const machine = await Machine.create()
    await machine.load(await echoProgram('udp-echo.ts'))
    const frames: Uint8Array[] = []
    machine.network.watch(({ bytes, direction }) => {
      if (direction === 'toGuest') frames.push(bytes)
    })
    await machine.run({ until: { text: '\n' } })
    const socket = machine.network.udp({ port: 7 })
    const first = socket.request('whole')
    await machine.run({ for: '1ms' })
    expect(await first).toBeDefined()

    const whole = frames[0]
    for (let bytes = 14; bytes < whole.length; bytes++)
      machine.network.send(whole.subarray(0, bytes))
    for (let at = 12; at < 42; at++) {
      const broken = whole.slice()
      broken[at] ^= 0xff
      machine.network.send(broken)
    }
    machine.network.send(new Uint8Array(65_000))
    await machine.run({ for: '20ms' })
    const last = socket.request('still there?')
    await machine.run({ for: '20ms' })
    expect(new TextDecoder().decode((await last)?.payload)).toBe('still there?')
  })
})

describe('harts', () => {
  const program = assembleImage(
    `
    bnez a0, second
  first:
    wfi
    j first
  second:
    addi s1, s1, 1
    j second`,
    { base: 0x8000_0000 },
  )
  const s1 = 9

  async function machineWithTwo(): Promise<Machine> {
    const machine = await Machine.create({ harts: 2, timing: 'unit' })
    await machine.load(program)
    return machine
  }

  it('stop and start from outside, and a recording repeats it', async () => {
    const machine = await machineWithTwo()
    const recorder = new Recorder(machine)
    const count = () => machine.registers(1).x[s1]
    await machine.run({ for: '10us' })
    machine.stopHart(1)
    await machine.run({ for: '10us' })
    const stopped = count()
    await machine.run({ for: '10us' })
    expect(count()).toBe(stopped)
    machine.startHart(1, machine.symbol('second')!)
    await machine.run({ for: '10us' })
    expect(count()).toBeGreaterThan(stopped + 2000)

    const recording = parseRecording(await recorder.text('harts.s'))
    expect(recording.inputs.map(({ input }) => input.kind)).toEqual(['stop', 'start'])
    const again = await machineWithTwo()
    const { divergence } = await replay(again, recording)
    expect(divergence).toBeUndefined()
    expect(again.stateHash()).toBe(machine.stateHash())
  })

  it('that do not exist are refused', async () => {
    const machine = await machineWithTwo()
    expect(() => machine.stopHart(2)).toThrow('there is no hart 2: the machine has 2')
  })
})
