import { describe, expect, it } from 'vitest'
import { encodeTrace } from '../../test/observe/synthetic.ts'
import { RECORD_BYTES, decodeTrace, namedWords } from './decode.ts'

describe('decodeTrace', () => {
  it('reads every field of a record', () => {
    const [record] = decodeTrace(encodeTrace([[2 ** 40 + 1, 'nic.receive', 7, 0x8100_0000, 2, 3]]))
    expect(record).toEqual({
      index: 0,
      cycle: 2 ** 40 + 1,
      kind: 4,
      name: 'nic.receive',
      layer: 'nic',
      hart: 3,
      a: 7,
      b: 0x8100_0000,
      c: 2,
      pc: 0x8000_0000,
    })
  })

  it('puts the records of several harts into cycle order and keeps the order within a cycle', () => {
    const bytes = encodeTrace([
      [30, 'hart.sleep', 0],
      [10, 'hart.wake', 1, 0, 0, 1],
      [30, 'timer.fire', 0],
    ])
    const names = decodeTrace(bytes).map(({ index, name }) => [index, name])
    expect(names).toEqual([
      [0, 'hart.wake'],
      [1, 'hart.sleep'],
      [2, 'timer.fire'],
    ])
  })

  it('keeps a hint that the table does not know', () => {
    const bytes = encodeTrace([[1, 'marker', 5]])
    new DataView(bytes.buffer).setUint16(8, 500, true)
    const [record] = decodeTrace(bytes)
    expect(record.name).toBe('hint.500')
    expect(record.layer).toBe('machine')
    expect(namedWords(record).map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  })

  it('refuses a torn record', () => {
    expect(() => decodeTrace(new Uint8Array(RECORD_BYTES + 1))).toThrow(
      'trace of 33 bytes is not a multiple of 32 bytes',
    )
  })
})

describe('namedWords', () => {
  it('gives the words that the event has', () => {
    const [record] = decodeTrace(encodeTrace([[1, 'irp.create', 4, 9, 77]]))
    expect(namedWords(record)).toEqual([
      { name: 'operation', value: 4 },
      { name: 'irp', value: 9 },
    ])
  })
})
