/**
 * The naive core as a checking build: it charges every instruction by itself, so that it shows whether block costs, charged on entry, add up
 * to the same cycle everywhere. The comparison of speeds is fair only if both do the same.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { Machine } from '../../host/index.ts'
import { readProgram, shippedProgram } from '../../host/node/files.ts'
import { Board } from '../../test/cpu/board.ts'
import { naiveCore } from './build.ts'

const fixtures = new URL('../../test/cpu/timing/fixtures/', import.meta.url)
const programs = readdirSync(fixtures).filter((name) => name.endsWith('.elf'))
/** Cycles between two looks; an odd number, so that the cuts fall into blocks. */
const interval = 499

let naive: Awaited<ReturnType<typeof naiveCore>>
beforeAll(async () => {
  naive = await naiveCore()
}, 180_000)

test('all twelve programs are there', () => {
  expect(programs).toHaveLength(12)
})

describe.each(programs)('%s, block by block and instruction by instruction', (name) => {
  const elf = readFileSync(new URL(name, fixtures))

  test('ends in the same state at the same cycle', async () => {
    const blocks = await Board.with(elf)
    const steps = await Board.with(elf, { core: naive })
    expect([blocks.run(), steps.run()]).toEqual(['Exit', 'Exit'])
    expect([steps.cycle, steps.retired, steps.hash]).toEqual([
      blocks.cycle,
      blocks.retired,
      blocks.hash,
    ])
  })

  test('goes through the same states', async () => {
    const blocks = await Board.with(elf)
    const steps = await Board.with(elf, { core: naive })
    let stop = 'Limit'
    for (let until = interval; stop === 'Limit'; until += interval) {
      stop = blocks.run(until)
      expect([until, steps.run(until), steps.hash]).toEqual([until, stop, blocks.hash])
    }
    expect(stop).toBe('Exit')
  })
})

test('a program under the executive goes the same way on both', async () => {
  const program = await readProgram(shippedProgram('udp-echo.ts'))
  const ends = []
  for (const wasm of [undefined, naive]) {
    const machine = await Machine.create({ wasm })
    await machine.load(program)
    machine.network.clients({ port: 7, count: 2, requests: 2 })
    await machine.run({ until: 1_000_000 })
    ends.push([machine.consoleText, machine.cycles, machine.stateHash()])
  }
  expect(ends[0]).toEqual(ends[1])
  expect(ends[0][0]).toContain('listening')
})
