import { describe, it } from 'vitest'
import { expectScenarios, kernelMachine } from './support.ts'

describe('the pool', () => {
  it('joins what is freed, and gives each program its share', async () => {
    const machine = await kernelMachine('pool', { timing: 'unit' })
    await expectScenarios(machine, ['join', 'mixed', 'share', 'memory'])
  })

  it('finds nobody writing to free memory, in the checked build', async () => {
    const machine = await kernelMachine('pool', { timing: 'unit', checked: true })
    await expectScenarios(machine, ['join', 'mixed', 'share', 'memory'])
  })
})
