/** What waiting costs in each model: cycles per switch and per completed operation, bytes per waiter, steals and wake-ups. */
import { fileURLToPath } from 'node:url'
import { Machine } from '../host/index.ts'
import { readProgram } from '../host/node/files.ts'
import type { Bench, BenchRow } from './types.ts'

const program = fileURLToPath(new URL('../test/guest/fixtures/models.ts', import.meta.url))

export const bench: Bench = {
  title: 'waiting: thread, fiber, coroutine, callback, state machine',
  run: async (): Promise<BenchRow[]> => {
    const machine = await Machine.create()
    await machine.load(await readProgram(program))
    const { exitCode } = await machine.run({ until: '1s' })
    if (exitCode !== 0) throw new Error(machine.console.text)
    return machine.console.text
      .trimEnd()
      .split('\n')
      .map((line) => line.split('; '))
      .map(([model, what, value]) => ({
        name: `${model}: ${what}`,
        value: Number(value),
        unit: what.split(' ')[0],
      }))
  },
}
