import { describe, it } from 'vitest'
import { Machine } from '../../host/machine/machine.ts'
import { writeImage } from '../../host/toolchain/elf/writer.ts'
import { expectScenarios, kernelImage, programImage } from './support.ts'

describe('the status of a request', () => {
  it('is told by answer, event, status block and packet, as its severity and the time say', async () => {
    const kernel = await kernelImage('test/kernel/fixtures/answers.ts')
    const machine = await Machine.create({ kernel: new Uint8Array(writeImage(kernel)) })
    await machine.load(await programImage('statuses'))
    await expectScenarios(machine, ['S49', 'S50', 'N4.8', 'N3.16'])
  })
})
