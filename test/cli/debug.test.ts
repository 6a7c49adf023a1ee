import { describe, expect, it } from 'vitest'
import { inFolder } from '../programs.ts'
import { assembly, nothread } from './command.ts'

const sum = `import { console } from 'nothread/guest'

function double(value: i32): i32 {
  return value * 2
}

export function main(): void {
  console.log(double(21).toString())
}
`

function debug(files: Record<string, string>, args: string[], input: string): string {
  const { status, stdout, stderr } = inFolder(files, (folder) =>
    nothread(['debug', ...args], folder, input),
  )
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

describe('nothread debug', () => {
  it('takes commands from a pipe', () => {
    const text = debug(
      { 'sum.ts': sum },
      ['sum.ts'],
      'break double\ncontinue\nprint value\nbt\nback\ncontinue\n\nquit\nnever\n',
    )
    expect(text).toContain('in sum/double+')
    expect(text).toContain('4    return value * 2')
    expect(text).toMatch(/\(nothread\) 21\n/)
    expect(text).toMatch(/#1 {2}0x[0-9a-f]+ in sum\/main.*\(sum\.ts:8\)/)
    expect(text).toContain('42\nthe guest has ended with code 0\n')
    expect(text).not.toContain('never')
  })

  it('leaves at the end of the pipe', () => {
    const text = debug({ 'hello.s': assembly.hello }, ['hello.s'], 'monitor cycles')
    expect(text).toMatch(/cycle 0, 0 instructions\n/)
  })

  it('debugs the code that run runs', () => {
    const text = debug({ 'sum.ts': sum }, ['sum.ts', '--optimized'], 'p value\nc\nmonitor cycles\n')
    const { stdout } = inFolder({ 'sum.ts': sum }, (folder) => nothread(['run', 'sum.ts'], folder))
    const cycles = /cycles (\d+)/.exec(stdout)?.[1]
    expect(text).toContain('there is no variable')
    expect(text).toContain(`cycle ${cycles}, `)
  })

  it('says what is wrong with a port', () => {
    const { status, stderr } = inFolder({ 'hello.s': assembly.hello }, (folder) =>
      nothread(['debug', 'hello.s', '--gdb', '99999'], folder),
    )
    expect(status).toBe(2)
    expect(stderr).toContain('65535')
  })
})
