import { describe, expect, it } from 'vitest'
import { archive } from '../../host/machine/archive.ts'
import { programBases } from '../../host/machine/program.ts'
import { defaults } from '../../host/machine/options.ts'
import type { Machine } from '../../host/machine/machine.ts'
import type { RunReport } from '../../host/machine/report.ts'
import type { Image } from '../../host/toolchain/elf/image.ts'
import { machineWith, programImage } from './support.ts'
import type { TestOptions } from './support.ts'

/** Programs that do what no program should, each beside one that must not notice. The executive is the checked build. */

const [witnessBase, intruderBase] = programBases(2, defaults.ramBytes)
const rounds = 8
let witness: Promise<Image> | undefined
let intruder: Promise<Image> | undefined

/** A witness and an intruder, not yet run. */
async function machineOf(intruder: Image, options: TestOptions = {}): Promise<Machine> {
  witness ??= programImage('witness', witnessBase)
  const machine = await machineWith(await witness, { checked: true, ...options }, [intruder])
  machine.insertDisk(archive({ 'witness.txt': new TextEncoder().encode('witness') }))
  const peer = machine.network.udp({ port: 4000, localPort: 9000 })
  peer.listen(({ payload }) => peer.send(payload))
  return machine
}

/** Let both run until they have ended, or time is up. */
async function beside(program: Image, options: TestOptions = {}): Promise<[Machine, RunReport]> {
  const machine = await machineOf(program, options)
  return [machine, await machine.run({ for: '600ms' })]
}

/** The witness has seen nothing, and the executive has found nothing wrong with itself. */
function expectUnharmed(machine: Machine): void {
  const lines = machine.consoleText.split('\n')
  expect(lines.filter((line) => line.includes('bug check'))).toEqual([])
  expect(lines.filter((line) => line.includes('failed'))).toEqual([])
  expect(lines.filter((line) => line === 'round ok')).toHaveLength(rounds)
}

const faults = (cause: string) => new RegExp(`^fault: ${cause}`, 'm')
const ends = /^(?!.*fault)/s
/** The build that is not checked: faster, where much memory is used. */
const free = { checked: false }

/** What it does, its number for the program, and how the console tells its end. */
const ways: [name: string, way: number, end: RegExp, options?: TestOptions][] = [
  ['forges the links between free stacks', 1, faults('store access')],
  ['jumps into the kernel', 2, faults('instruction access')],
  ['runs its data as code', 3, faults('illegal instruction')],
  ['calls itself for ever', 4, faults('stack overflow')],
  ['makes objects until there are no more', 5, ends, free],
  ['opens files until there are no more', 6, ends, free],
  ['posts packets and queues APCs until there is no memory', 7, ends, free],
  ['makes requests until there is no memory', 8, ends, free],
  ['fills a pipe that may hold everything', 9, ends, free],
  ['starts threads until there are no more', 10, ends, free],
  ['takes all of its memory, and more', 11, faults('store access')],
  ['closes handles twice, and such that it never had', 12, ends],
  ['closes what is in use', 13, ends],
  ['changes structures while the executive uses them', 14, ends, { harts: 2 }],
  ['uses the buffers of pending requests for something else', 15, ends],
  ['ends with everything pending', 16, ends],
  ['continues in the kernel', 17, faults('instruction access')],
  ['suspends, resumes and ends its own threads', 18, ends],
  ['suspends, resumes and ends its own threads on several harts', 18, ends, { harts: 4 }],
  ['writes code, and in it a CSR', 19, faults('illegal instruction')],
  ['runs an endless loop', 20, ends],
  ['makes calls that do not exist', 21, ends],
  ['waits for an object several times at once', 22, ends],
  ['prints what it likes', 23, ends],
]

/** More of them by NOTHREAD_FUZZ_SEEDS, after the first NOTHREAD_FUZZ_FIRST. */
const count = Number(process.env.NOTHREAD_FUZZ_SEEDS ?? 4)
const first = Number(process.env.NOTHREAD_FUZZ_FIRST ?? 0)
const seeds = Array.from({ length: count }, (_, i) => first + i + 1)
let caller: Promise<Image> | undefined

describe('beside a program that', () => {
  it.each(seeds)('makes calls at random, another one goes on; seed %i', async (seed) => {
    caller ??= programImage('fuzz', intruderBase)
    const harts = [1, 4, 2][seed % 3]
    const [machine] = await beside(await caller, { seed, harts })
    expectUnharmed(machine)
  })

  it.each(ways)('%s, another one goes on', async (_name, way, end, options) => {
    intruder ??= programImage('intruder', intruderBase)
    const [machine, report] = await beside(await intruder, { ...options, parameters: { way } })
    expectUnharmed(machine)
    expect(machine.consoleText).toMatch(end)
    expect(['exit', 'fault', 'idle', 'limit']).toContain(report.stopReason)
  })

  it('never takes its datagrams, another one goes on', async () => {
    intruder ??= programImage('intruder', intruderBase)
    const machine = await machineOf(await intruder, { parameters: { way: 24 } })
    await machine.run({ until: { text: 'sockets bound\n' }, for: '100ms' })
    const senders = Array.from({ length: 8 }, (_, i) => machine.network.udp({ port: 6100 + i }))
    for (let round = 0; round < 150; round++) {
      for (const sender of senders) sender.send('not wanted')
      await machine.run({ for: '100us' })
    }
    await machine.run({ for: '300ms' })
    expectUnharmed(machine)
  })
})
