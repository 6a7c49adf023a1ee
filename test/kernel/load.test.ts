import { describe, expect, it } from 'vitest'
import type { Machine } from '../../host/machine/machine.ts'
import { defaults } from '../../host/machine/options.ts'
import { programBases } from '../../host/machine/program.ts'
import { Records } from '../../host/machine/views/records.ts'
import { machineWith, programImage } from './support.ts'

/**
 * Random load on the checked executive. A usual run takes a few seeds and a short load; `LOAD_SEEDS` takes more seeds (after the first
 * `LOAD_FIRST`), and `LOAD_CYCLES` a longer load: `LOAD_SEEDS=50 LOAD_CYCLES=1000000000 npx vitest run test/kernel/load.test.ts`.
 */
const seeds = Number(process.env.LOAD_SEEDS ?? 3)
const first = Number(process.env.LOAD_FIRST ?? 0)
const cycles = Number(process.env.LOAD_CYCLES ?? 10_000_000)
const runs = Array.from({ length: seeds }, (_, index) => first + index + 1).flatMap((seed) =>
  [1, 2, 4, 8].map((harts): [number, number] => [harts, seed]),
)
/** Host time for a run in milliseconds: a long load needs about 100 s for 10^9 cycles of 8 harts on a core of its own. */
const timeout = 180_000 + cycles / 2000
/** What names in the kernel of a test begin with. */
const kernel = 'assembly/guest/kernel/'
/** The program rests for longer than this where its memory is looked at. */
const look = '4ms'
const cyclesPerMicrosecond = defaults.clockHz / 1e6
const [base, otherBase] = programBases(2, defaults.ramBytes)

/** What ends with the other program, in bytes of the pool: the record and the kernel stack of its thread. */
const threadBytes = 512 + 2048
/** Blocks of the pool for an IRP and for a frame. */
const irpBytes = 256
const bufferBytes = 2048

function symbol(machine: Machine, name: string): number {
  return machine.images[0].symbols.find((candidate) => candidate.name === name)!.address
}

/** Bytes of the pool in use, without what is kept ready for the next request or frame; and the threads there are. */
function inUse(machine: Machine, records: Records): { bytes: number; threads: number } {
  const kept = records.at(
    `${kernel}ex/lookaside/Lookaside`,
    records.constant(`${kernel}io/irp/smallIrps`),
  )
  const made = machine.memory.word(symbol(machine, `${kernel}net/buffer/made`))
  const used = records.at(
    `${kernel}mm/region/Region`,
    records.constant(`${kernel}mm/pool/pool`),
  )('used')
  const threads = records.list(
    records.constant(`${kernel}ke/thread/allThreads`),
    `${kernel}ke/thread/Thread`,
    'allNext',
  )
  return {
    bytes: used - kept('depth') * irpBytes - made * bufferBytes,
    threads: threads.length,
  }
}

async function loaded(harts: number, seed: number, load = cycles): Promise<Machine> {
  const parameters = { 'load-time': load / cyclesPerMicrosecond }
  const link = { delay: '20us', loss: '5%', duplicate: '2%', reorder: '2%' }
  const options = { checked: true, harts, seed, parameters, link }
  const others = [await programImage('load', otherBase)]
  const machine = await machineWith(await programImage('load', base), options, others)
  machine.network.clients({ port: 5000, count: 4, timeout: '300us' })
  return machine
}

describe('random load on the checked executive', () => {
  it.each(runs)(
    '%i harts, seed %i: nothing lost, nothing twice, memory back',
    async (harts, seed) => {
      const machine = await loaded(harts, seed)
      const records = new Records(machine.images[0], machine.memory)
      await machine.run({ until: { text: 'before\n' }, for: '1s' })
      await machine.run({ for: look })
      const before = inUse(machine, records)
      await machine.run({ until: { text: 'after\n' }, for: '20s' })
      await machine.run({ for: look })
      const after = inUse(machine, records)
      const lines = machine.consoleText.split('\n').filter((line) => line !== '')
      const isFault = (line: string) => line.startsWith('fault: load access')
      expect(lines.filter((line) => !isFault(line) && line !== 'load ok')).toEqual([
        'before',
        'after',
      ])
      expect(lines.filter(isFault)).toHaveLength(1)
      expect(after).toEqual({ bytes: before.bytes - threadBytes, threads: before.threads - 1 })
    },
    timeout,
  )

  it.each([2, 4, 8])('%i harts: the same run again, in pieces, is the same run', async (harts) => {
    const [whole, inPieces] = [await loaded(harts, 1, 2e6), await loaded(harts, 1, 2e6)]
    await whole.run({ until: 45e6 })
    for (let until = 1e6; until <= 45e6; until += 1e6) await inPieces.run({ until })
    expect(whole.consoleText).toContain('load ok')
    expect(inPieces.consoleText).toBe(whole.consoleText)
    expect([inPieces.cycles, inPieces.stateHash()]).toEqual([whole.cycles, whole.stateHash()])
  })
})
