/** The collector while threads and coroutines allocate at once, memory that is freed by hand, and what checked mode finds. */
import { describe, expect, test } from 'vitest'
import { stressProgram } from './collectorStress.ts'
import { compileText, machineWith } from './programs.ts'
import type { Outcome } from './programs.ts'

/** About 2 MiB for the program. */
const tinyMemory = 22 * 1024 * 1024
/** A thousand million cycles and more: `NOTHREAD_LONG=1`. */
const rounds = process.env.NOTHREAD_LONG === undefined ? 60 : 1100
/** What words that only look like references may keep. */
const mostKept = 64 * 1024
/** A step of marking, with stacks, registers and frames of this program. */
const longestPause = 600_000

async function run(
  text: string,
  checked: boolean,
  options: { harts?: number } = {},
): Promise<Outcome> {
  const program = await compileText(text, { checked })
  const parameters = { rounds }
  const machine = await machineWith(program, { ...options, ramBytes: tinyMemory, parameters })
  const report = await machine.run({ until: '1000s' })
  return { report, text: machine.console.text, machine }
}

describe('under stress', () => {
  test.each([
    ['', 1, false],
    [', checked', 1, true],
    [', on four harts', 4, false],
  ])('nothing is lost and memory comes back%s', async (_, harts, checked) => {
    const { report, text, machine } = await run(stressProgram, checked, { harts })
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
    expect(text).toMatch(/^wrong 0$/m)
    const number = (name: string): number => Number(new RegExp(`${name} (\\d+)`).exec(text)?.[1])
    expect(number('kept')).toBeLessThan(mostKept)
    expect(number('collections')).toBeGreaterThan(5)
    expect(number('longest pause')).toBeLessThan(longestPause)
    console.log(`${machine.cycles} cycles, ${text.trim().split('\n').join(', ')}`)
  })
})

const unmanaged = `
import { Memory, print } from 'nothread/guest'
@unmanaged
class Ring {
  first: u32 = 0
  name: usize = 0
}
class Name { constructor(public text: string) {} }
`

describe('unmanaged objects', () => {
  test('stay without references, keep what they refer to, and are freed by hand', async () => {
    const { text } = await run(
      `${unmanaged}
      let address: usize = 0
      function make(i: i32): void {
        const ring = new Ring()
        ring.first = 77
        ring.name = changetype<usize>(new Name('name' + i.toString()))
        address = changetype<usize>(ring) ^ 0x5a5a5a5a
      }
      export function main(): void {
        make(5)
        for (let i = 0; i < 3; i++) Memory.collect()
        const before = Memory.used
        const ring = changetype<Ring>(address ^ 0x5a5a5a5a)
        print(ring.first)
        print(changetype<Name>(ring.name).text)
        for (let i = 0; i < 1000; i++) heap.free(changetype<usize>(new Ring()))
        print(Memory.used - before < 200)
      }`,
      false,
    )
    expect(text).toBe('77\nname5\ntrue\n')
  })

  test('freed twice end the program', async () => {
    const { text } = await run(
      `${unmanaged}
      export function main(): void {
        const ring = changetype<usize>(new Ring())
        heap.free(ring)
        heap.free(ring)
      }`,
      false,
    )
    expect(text).toContain('Memory is freed that is not in use')
  })
})

describe('checked mode', () => {
  const useAfterFree = `${unmanaged}
export function main(): void {
  const ring = new Ring()
  ring.first = 3
  heap.free(changetype<usize>(ring))
  print('freed')
  print(ring.first)
}`

  test('ends the program when it uses memory after it was freed', async () => {
    const { report, text } = await run(useAfterFree, true)
    expect(text).toMatch(/^freed\nuse after free/)
    expect(report).toMatchObject({ stopReason: 'fault' })
  })

  test('is off unless it is asked for', async () => {
    const { report } = await run(useAfterFree, false)
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
  })
})
