/** The naive core is a fair comparison only if it does the same: same states of the timing programs at every 1000 cycles. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Board } from '../../test/cpu/board.ts'
import { naiveCore } from './build.ts'

test('the naive interpreter goes through the same states', async () => {
  const naive = await naiveCore()
  for (const name of ['crc32-imc', 'qsort-im', 'memcpy-imc', 'matmul-im', 'fib-imc']) {
    const elf = readFileSync(new URL(`../../test/cpu/timing/fixtures/${name}.elf`, import.meta.url))
    const first = await Board.with(elf)
    const second = await Board.with(elf, { core: naive })
    let stop = 'Limit'
    for (let until = 1000; stop === 'Limit'; until += 1000) {
      stop = first.run(until)
      expect([name, until, second.run(until), second.hash]).toEqual([name, until, stop, first.hash])
    }
    expect(stop).toBe('Exit')
  }
})
