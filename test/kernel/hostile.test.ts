import { beforeAll, describe, expect, it } from 'vitest'
import { systemCalls } from '../../assembly/tables/syscalls.table.ts'
import type { Machine } from '../../host/machine/machine.ts'
import type { RunReport } from '../../host/machine/report.ts'
import { archive } from '../../host/machine/archive.ts'
import {
  endingCalls,
  hostileCases,
  hostileCodes,
  hostileFields,
  hostileProgram,
} from './hostile.ts'
import { expectScenarios, machineWith, programFrom, testMachine } from './support.ts'

const calls = hostileCases()
const codes = hostileCodes()
const fields = hostileFields()
const names = (cases: { call: string }[]) => [...new Set(cases.map(({ call }) => call))]

describe('a hostile program', () => {
  let machine: Machine
  let report: RunReport

  beforeAll(async () => {
    machine = await machineWith(await programFrom(hostileProgram([...calls, ...codes, ...fields])))
    machine.insertDisk(archive({ 'a.txt': new Uint8Array(4096) }))
    report = await machine.run({ for: '2s' })
  })

  it('does not stop the kernel', () => {
    expect(machine.consoleText).toContain('refused')
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
  })

  it.each([...names(calls), ...names(codes), ...names(fields)])(
    'is refused what it makes wrong in %s',
    (name) => {
      const wrong = machine.consoleText.split('\n').filter((line) => line.startsWith(`${name} `))
      expect(wrong).toEqual([])
    },
  )

  it('has tried every call that takes something', () => {
    const withArguments = systemCalls.filter(({ args }) => args.length > 0)
    const tried = [...names(calls), ...endingCalls]
    expect(withArguments.filter(({ name }) => !tried.includes(name))).toEqual([])
  })

  it('lets no pointer of a system call harm the kernel', async () => {
    const other = await testMachine('faults')
    const end = await other.run({ for: '2s' })
    expect(other.consoleText).toBe('pointers ok\n'.repeat(6))
    expect(end).toMatchObject({ stopReason: 'exit', exitCode: 0 })
  })

  it('ends itself by a report of wild text, and nothing else', async () => {
    const source = `
      import { call } from './nt';
      export function _start(): void {
        call(3, 1, 0x80002000, 0xffffffff, 7, 9);
      }
    `
    const other = await machineWith(await programFrom(source))
    expect(await other.run({ for: '1s' })).toMatchObject({ stopReason: 'fault' })
    expect(other.consoleText).toBe('fault:  at line 7:9, thread 1\n')
  })

  it('gets no more threads than there are, and all of them again', async () => {
    const other = await testMachine('greedy', { timing: 'unit' })
    await expectScenarios(other, ['threads'])
  })
})
