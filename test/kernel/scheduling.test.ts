import { it } from 'vitest'
import { expectScenarios, testMachine } from './support.ts'

it('a program sets priority, affinity and boost of its threads', async () => {
  const machine = await testMachine('scheduling', { harts: 2 })
  await expectScenarios(machine, ['priority', 'affinity', 'order', 'boost'])
})
