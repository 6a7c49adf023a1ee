/** `nothread explain` and `nothread disasm` with the source between the instructions. */

import { describe, expect, it } from 'vitest'
import { inFolder } from '../programs.ts'
import { nothread } from './command.ts'

const waiting = `import { sleep } from 'nothread/guest'

async function pause(): Promise<void> {
  await sleep(100)
}

export async function main(): Promise<void> {
  await pause()
}
`

describe('nothread explain', { timeout: 180_000 }, () => {
  it('tells the states of one function as text', () => {
    const { status, stdout } = inFolder({ 'w.ts': waiting }, (folder) =>
      nothread(['explain', 'w.ts:pause'], folder),
    )
    expect(status).toBe(0)
    expect(stdout).toMatch(
      /^pause {2}w\.ts:3\n {2}frame \d+ bytes: 32 of header, \d words? for values/,
    )
    expect(stdout).toMatch(
      /state 1 {2}begins at 0x\w{8} with the await in line 4: await sleep\(100\)/,
    )
    expect(stdout).not.toContain('main')
  })

  it('and those of a file as JSON', () => {
    const { stdout } = inFolder({ 'w.ts': waiting }, (folder) =>
      nothread(['explain', 'w.ts', '--json'], folder),
    )
    const functions = JSON.parse(stdout) as { name: string; states: { code: object[] }[] }[]
    expect(functions.map(({ name }) => name).sort()).toEqual(['main', 'pause'])
    expect(functions[0].states[1].code[0]).toMatchObject({ text: expect.any(String) })
  })

  it('names what a debug build keeps, and tells the way there', () => {
    const counting = `import { sleep } from 'nothread/guest'

class Counter {
  async add(amount: i32): Promise<i32> {
    await sleep(100)
    return amount
  }
}

function* squares(n: i32): Generator<i32> {
  for (let i = 0; i < n; i++) yield i * i
}

export async function main(): Promise<void> {
  for (const square of squares(3)) await new Counter().add(square)
}
`
    inFolder({ 'c.ts': counting }, (folder) => {
      const method = nothread(['explain', 'c.ts:Counter.add', '--debug'], folder).stdout
      expect(method).toMatch(/^Counter\.add {2}c\.ts:4\n/)
      expect(method).toMatch(/^ {2}keeps this \+32, amount \+36/m)
      const generator = nothread(['explain', 'c.ts:squares'], folder).stdout
      expect(generator).toContain('with the first value that is asked for')
      expect(generator).toContain('with the yield in line 11: for (let i')
      expect(generator).toContain('; --debug names the variables')
      expect(generator).toMatch(/^ {2}reads n, i$/m)
      const product = nothread(['explain', 'c.ts:main'], folder).stdout
      expect(product).toContain('with the await in line 15')
    })
  })

  it('names the functions there are', () => {
    const { status, stderr } = inFolder({ 'w.ts': waiting }, (folder) =>
      nothread(['explain', 'w.ts:paus'], folder),
    )
    expect(status).toBe(2)
    expect(stderr).toMatch(/^error: w\.ts has no async function "paus"; its async functions are /)
  })
})

describe('nothread disasm', { timeout: 180_000 }, () => {
  it('shows lines of the program and of the runtime above their code', () => {
    const { stdout } = inFolder({ 'w.ts': waiting }, (folder) =>
      nothread(['disasm', 'w.ts'], folder),
    )
    expect(stdout).toMatch(/^; w\.ts:\d {2}\S.*\n[0-9a-f]{8}: {2}[0-9a-f]{8} {2}\w/m)
    expect(stdout).toMatch(/^; ~lib\/nothread\/guest\/heap\.ts:\d+ {2}\S/m)
  })

  it('leaves them out with --no-source', () => {
    const { stdout } = inFolder({ 'w.ts': waiting }, (folder) =>
      nothread(['disasm', 'w.ts', '--no-source'], folder),
    )
    expect(stdout).not.toMatch(/^; w\.ts:\d {2}\S/m)
  })
})
