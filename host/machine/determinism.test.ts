import { describe, expect, it } from 'vitest'
import { assembleImage } from '../toolchain/asm/index.ts'
import { runTwice } from './determinism.ts'
import { Machine } from './machine.ts'

const counter = '_start: addi a1, a1, 1\n j _start\n'
const finishing = `
_start: li a0, 50000
1:      addi a0, a0, -1
        bnez a0, 1b
        li t0, 0x100000
        li t1, 0x5555
        sw t1, 0(t0)
        j 1b
`

async function pair(source: string): Promise<[Machine, Machine]> {
  const machines = [await Machine.create(), await Machine.create()] as [Machine, Machine]
  for (const machine of machines) {
    await machine.load(assembleImage(source, { base: 0x8000_0000 }))
  }
  return machines
}

describe('two equal runs', () => {
  it('are equal at every checkpoint, up to the given time', async () => {
    const { report, checkpoints, difference } = await runTwice(await pair(counter), '1ms')
    expect(difference).toBeUndefined()
    expect(checkpoints).toBe(10)
    expect(report).toMatchObject({ stopReason: 'limit', cycles: 1_000_000 })
  })

  it('are equal up to the guest’s end', async () => {
    const { report, difference } = await runTwice(await pair(finishing), undefined)
    expect(difference).toBeUndefined()
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
  })

  it('that part are told with the cycles between which they did', async () => {
    const [first, second] = await pair(counter)
    second.timeline.add(250_000, () => second.setRegister(0, 12, 7))
    const { difference } = await runTwice([first, second], '1ms')
    expect(difference).toMatchObject({ after: 200_000, cycle: 300_000 })
    expect(difference?.message).toMatch(/^stateHash is [0-9a-f]{16} in one run and/)
  })
})
