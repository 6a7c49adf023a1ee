/**
 * Equality with the RTL of Ibex: twelve programs whose cycles, instructions and checksum were measured there (fixtures/expected.json).
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Board } from '../board.ts'

interface Expected {
  cycles: number
  instret: number
  checksum: number
}

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url))
const expected = JSON.parse(fixture('expected.json').toString()) as Record<string, Expected>
const names = Object.keys(expected)
const results = 0x8000_0000

describe.each(names)('%s', (name) => {
  test('takes the cycles of the RTL', async () => {
    const board = await Board.with(fixture(`${name}.elf`))
    expect(board.run()).toBe('Exit')
    const [cycles, instret, checksum] = board.words(results, 3)
    expect({ cycles, instret, checksum }).toEqual(expected[name])
  })

  test('takes one cycle per instruction in the unit profile', async () => {
    const board = await Board.with(fixture(`${name}.elf`), { profile: 'unit' })
    expect(board.run()).toBe('Exit')
    const [cycles, instret, checksum] = board.words(results, 3)
    expect({ instret, checksum }).toEqual({
      instret: expected[name].instret,
      checksum: expected[name].checksum,
    })
    // The two counters are read one instruction apart, in opposite order.
    expect(cycles).toBe(instret + 2)
  })

  test('is the same when it is interrupted by the host all the time', async () => {
    const straight = await Board.with(fixture(`${name}.elf`))
    straight.run()
    const pieces = await Board.with(fixture(`${name}.elf`))
    let stop = 'Limit'
    for (let until = 7; stop === 'Limit'; until += 1 + (until % 13)) stop = pieces.run(until)
    expect(stop).toBe('Exit')
    expect(pieces.hash).toBe(straight.hash)
    expect(pieces.cycle).toBe(straight.cycle)
  })
})

test('every cycle of a program is the same when its instructions are run one by one', async () => {
  const blocks = await Board.with(fixture('crc32-imc.elf'))
  const single = await Board.with(fixture('crc32-imc.elf'))
  for (let until = 1; until < 3000; until++) {
    blocks.run(until)
    expect(blocks.cycle).toBeGreaterThanOrEqual(until)
    // With the limit one behind the hart's cycle, exactly one instruction is begun.
    while (single.cycle < until) single.run(single.cycle + 1)
    expect([single.cycle, single.retired, single.core.programCounter(0)]).toEqual([
      blocks.cycle,
      blocks.retired,
      blocks.core.programCounter(0),
    ])
  }
})
