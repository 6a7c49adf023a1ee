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

  it('that part in memory are told with the word', async () => {
    const [first, second] = await pair(counter)
    second.timeline.add(777_777, () => second.poke(0x8000_1000, [5]))
    const { difference } = await runTwice([first, second], '1ms')
    expect(difference).toEqual({
      after: 777_776,
      cycle: 777_777,
      message: 'the word at 0x80001000 is 0x00000000 in one run and 0x00000005 in the other',
    })
  })

  it('that part are told with the first cycle that differs', async () => {
    const [first, second] = await pair(counter)
    second.timeline.add(250_000, () => second.setRegister(0, 12, 7))
    const { difference } = await runTwice([first, second], '1ms')
    expect(difference).toEqual({
      after: 249_999,
      cycle: 250_000,
      message: 'x12 of hart 0 is 0x00000000 in one run and 0x00000007 in the other',
    })
  })
})
