import { describe, expect, it } from 'vitest'
import { archive } from '../../host/machine/archive.ts'
import { expectScenarios, testMachine } from './support.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

function disk(): Uint8Array {
  return archive({
    'hello.txt': bytes('hello, disk\n'),
    'folder/': new Uint8Array(0),
    './folder/numbers.bin': Uint8Array.from({ length: 10_000 }, (_, i) => i % 251),
    'empty.txt': new Uint8Array(0),
    'far/away.txt': bytes('behind a prefix'),
  })
}

describe('files', () => {
  it('are read and written at any place, in turn and overlapped', async () => {
    const machine = await testMachine('files')
    machine.insertDisk(disk())
    await expectScenarios(machine, [
      ...['names', 'position', 'S50', 'size', 'merge', 'grow', 'S85', 'event', 'S84', 'unaligned'],
      ...['N4.9', 'disk'],
    ])
  })

  it('cannot be written on a disk that is read only', async () => {
    const machine = await testMachine('protected')
    machine.insertDisk(disk(), { readOnly: true })
    await expectScenarios(machine, ['protected'])
  })

  it('are not there without a disk', async () => {
    const report = await (await testMachine('protected')).run({ for: '1s' })
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 1 })
  })
})
