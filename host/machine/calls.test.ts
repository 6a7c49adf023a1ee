import { describe, expect, it } from 'vitest'
import type { SpawnFunction } from '../toolchain/frontend/exports.ts'
import { Calls } from './calls.ts'
import type { CoreExports } from './core.ts'

const spawns: SpawnFunction[] = [
  { name: 'sum', parameters: ['i32', 'i32'], result: 'i32' },
  { name: 'wide', parameters: ['u64', 'bool'], result: 'u64' },
  { name: 'unsigned', parameters: [], result: 'u32' },
  { name: 'nothing', parameters: [], result: 'void' },
]

function calls(): Calls {
  const made = new Calls()
  made.spawns = spawns
  return made
}

/** The part of the core that tells of a reply. */
function reply(id: number, status: number, low = 0, high = 0): CoreExports {
  return {
    mailboxReplyId: () => id,
    mailboxReplyStatus: () => status,
    mailboxReplyLow: () => low,
    mailboxReplyHigh: () => high,
  } as CoreExports
}

describe('a call', () => {
  it('is a message with the index and words', () => {
    const made = calls()
    expect(made.begin('sum', [1, -2]).message).toEqual({ id: 1, index: 0, words: [1, 0xffff_fffe] })
    expect(made.begin('wide', [(5n << 32n) | 6n, true]).message).toEqual({
      id: 2,
      index: 1,
      words: [6, 5, 1],
    })
  })

  it('gives its result in the type of the function', async () => {
    const made = calls()
    const names = ['sum', 'wide', 'unsigned', 'nothing']
    const values = [[1, 2], [1n, false], [], []]
    const results = names.map((name, i) => made.begin(name, values[i]).result)
    names.forEach((_, i) => made.replied(reply(i + 1, 0, -1, 2)))
    expect(await Promise.all(results)).toEqual([
      -1,
      (2n << 32n) | 0xffff_ffffn,
      0xffff_ffff,
      undefined,
    ])
  })

  it('fails with the status of the guest, or with the run', async () => {
    const made = calls()
    const [failed, unanswered] = [made.begin('nothing', []), made.begin('nothing', [])]
    made.replied(reply(1, 0xc000000d | 0))
    made.abandon('the run ended (exit)')
    await expect(failed.result).rejects.toThrow('nothing ended with status 0xc000000d')
    await expect(unanswered.result).rejects.toThrow('not answered: the run ended (exit)')
  })

  it('is refused for a wrong name, count or value', () => {
    const made = calls()
    expect(() => made.begin('missing', [])).toThrow('(it has: sum, wide, unsigned, nothing)')
    expect(() => made.begin('sum', [1])).toThrow('sum takes 2 arguments, 1 given')
    expect(() => made.begin('sum', [1, 0.5])).toThrow('0.5 is not a value of type i32')
  })
})
