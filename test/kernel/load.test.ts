import { describe, it } from 'vitest'
import { expectScenarios, testMachine } from './support.ts'

/** Seeds of the run; LOAD_SEEDS takes more than the few that a usual run takes. */
const seeds = Number(process.env.LOAD_SEEDS ?? 2)
const runs = [1, 2, 4, 8].flatMap((harts) =>
  Array.from({ length: seeds }, (_, seed): [number, number] => [harts, seed + 1]),
)

describe('random load on the checked executive', () => {
  it.each(runs)('%i harts, seed %i: nothing lost, nothing twice', async (harts, seed) => {
    const machine = await testMachine('load', { harts, seed, checked: true })
    await expectScenarios(machine, ['load'])
  })
})
