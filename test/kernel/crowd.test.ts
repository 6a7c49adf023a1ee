import { expect, it } from 'vitest'
import { testMachine } from './support.ts'

it('10,000 threads of one program live on a machine with 128 MiB, and one too many is refused', async () => {
  const machine = await testMachine('crowd', { ramBytes: 128 * 1024 * 1024 })
  const report = await machine.run({ for: '20s' })
  const lines = machine.consoleText.split('\n').filter((line) => line !== '')
  expect(lines.filter((line) => !line.endsWith(' ok'))).toEqual([])
  expect(new Set(lines)).toEqual(
    new Set(['refused ok', 'arrived ok', 'left ok', 'most ok', 'again ok']),
  )
  expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
})
