/**
 * The collector while every hart and many coroutines allocate in a small heap, for 10⁹ cycles: that nothing is lost, what is kept in the
 * end, and for how long the program stood still. Cycles of the emulated machine, the same on every host.
 */
import { Machine } from '../host/index.ts'
import { compile } from '../host/toolchain/index.ts'
import type { GuestSources } from '../host/toolchain/index.ts'
import { assetBytes, guestUrl } from '../host/assets.ts'
import { stressProgram } from '../test/guest/collectorStress.ts'
import type { Bench, BenchRow } from './types.ts'

/** About 2 MiB for the program. */
const ramBytes = 22 * 1024 * 1024
/** Harts, whether accesses are checked, and rounds of work that take 10⁹ cycles. */
const runs: [harts: number, checked: boolean, rounds: number][] = [
  [1, false, 1100],
  [2, false, 1800],
  [4, false, 2200],
  [8, false, 2200],
  [1, true, 90],
  [4, true, 150],
]

async function stress(harts: number, checked: boolean, rounds: number): Promise<BenchRow[]> {
  const guest = JSON.parse(new TextDecoder().decode(await assetBytes(guestUrl))) as GuestSources
  const program = await compile('stress.ts', () => stressProgram, guest, { checked })
  const parameters = { rounds, workers: Math.max(2, harts), threads: Math.max(3, harts) }
  const machine = await Machine.create({ harts, ramBytes, parameters })
  await machine.load(program)
  const report = await machine.run({ until: '100s' })
  const { text } = machine.console
  if (report.exitCode !== 0 || !/^wrong 0$/m.test(text)) throw new Error(`lost objects: ${text}`)
  const figure = (name: string) => Number(new RegExp(`${name} (\\d+)`).exec(text)?.[1])
  const label = `${harts} ${harts === 1 ? 'hart' : 'harts'}${checked ? ', checked' : ''}`
  return [
    { name: `${label}: run`, value: machine.cycles, unit: 'cycles' },
    { name: `${label}: collections`, value: figure('collections'), unit: '' },
    { name: `${label}: longest pause`, value: figure('longest pause'), unit: 'cycles' },
    { name: `${label}: more in use than before`, value: figure('kept'), unit: 'bytes' },
  ]
}

export const bench: Bench = {
  title: 'collector under stress, 2 MiB',
  run: async () => {
    const rows: BenchRow[] = []
    for (const run of runs) rows.push(...(await stress(...run)))
    return rows
  },
}
