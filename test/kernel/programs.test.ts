import { describe, expect, it } from 'vitest'
import { Machine } from '../../host/machine/machine.ts'
import { defaults } from '../../host/machine/options.ts'
import { programBases } from '../../host/machine/program.ts'
import { machineWith, programFrom, programImage } from './support.ts'

const [baseA, baseB] = programBases(2, defaults.ramBytes)

async function pair(way: number): Promise<Machine> {
  const options = { parameters: { way } }
  const neighbour = await programImage('neighbourB', baseB)
  return machineWith(await programImage('neighbourA', baseA), options, [neighbour])
}

/** What the first program says, whatever its neighbour does. */
const unharmed = ['meeting ok', 'meeting ok', 'ending ok', 'memory ok']

describe('two programs at once', () => {
  it('meet by a pipe, and end each with a code of its own', async () => {
    const machine = await pair(0)
    const report = await machine.run({ for: '1s' })
    const lines = machine.consoleText.trimEnd().split('\n')
    expect(lines.filter((line) => !line.endsWith(' ok'))).toEqual(['pipe ready'])
    expect(lines.slice(-2)).toEqual(['ending ok', 'memory ok'])
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 7 })
  })

  it.each([
    ['a trap', 1, 'fault: unreachable at pc'],
    ['a look into the neighbour', 2, 'fault: load access at pc 0x8'],
    ['a stack that grows too long', 3, 'fault: stack overflow at pc 0x8'],
  ])('survive a fault of the other by %s', async (_name, way, text) => {
    const machine = await pair(way)
    const report = await machine.run({ for: '1s' })
    const lines = machine.consoleText.trimEnd().split('\n')
    expect(lines.filter((line) => line.startsWith(text))).toHaveLength(1)
    expect(lines.filter((line) => unharmed.includes(line))).toEqual(unharmed)
    expect(lines.indexOf('ending ok')).toBeGreaterThan(
      lines.findIndex((line) => line.startsWith(text)),
    )
    expect(report.stopReason).toBe('fault')
    expect(report.fault?.message).toContain('the program faulted')
  })

  it('leave nothing behind: handles of an ended program are closed', async () => {
    // the built kernel, whose image tells the views about its records
    const machine = await Machine.create({ parameters: { way: 1 } })
    const neighbour = await programImage('neighbourB', baseB)
    await machine.load(await programImage('neighbourA', baseA), [neighbour])
    await machine.run({ until: { text: 'ending ok' }, for: '1s' })
    await machine.run({ for: '2ms' })
    expect(machine.handles().map(({ process }) => process)).toEqual([0])
    expect(machine.threads().filter(({ state }) => state !== 'terminated')).toHaveLength(1)
  })

  it('are refused when one lies in the memory of the other', async () => {
    const overlapping = await programImage('neighbourB', baseA + 0x10_0000)
    const first = await programImage('neighbourA', baseA)
    await expect(machineWith(first, {}, [overlapping])).rejects.toThrow(/program 2 begins in/)
  })
})

describe('a program alone', () => {
  it('ends with its last thread, whose status is its exit code', async () => {
    const source = `
      import { call, startThread, sleep } from './nt';
      import { SYS_NtTerminateThread } from '../../../assembly/guest/kernel/generated/syscalls';
      function last(argument: u32): u32 {
        sleep(3);
        return argument;
      }
      export function _start(): void {
        startThread(last.index, 9);
        call(SYS_NtTerminateThread, <u32>-2, 5);
      }
    `
    const machine = await machineWith(await programFrom(source))
    expect(await machine.run({ for: '1s' })).toMatchObject({ stopReason: 'exit', exitCode: 9 })
  })

  it('faults when a stack overflows, whatever its frames', async () => {
    const source = `
      import { exit } from './nt';
      let depth: u32 = 0;
      function fall(level: u32): u32 {
        depth = level;
        return fall(level + 1) + depth;
      }
      export function _start(): void {
        exit(fall(1));
      }
    `
    const machine = await machineWith(await programFrom(source))
    expect(await machine.run({ for: '1s' })).toMatchObject({ stopReason: 'fault' })
    expect(machine.consoleText).toMatch(
      /^fault: stack overflow at pc 0x\w+, address 0x804\w+, thread 1\n$/,
    )
  })
})
