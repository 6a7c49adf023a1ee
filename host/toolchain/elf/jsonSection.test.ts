import { describe, expect, it } from 'vitest'
import { fuzzCases, randomNumbers } from '../../../test/fuzz.ts'
import { programOf } from '../../machine/program.ts'
import { explain } from '../explain.ts'
import { ElfError } from './error.ts'
import type { Image } from './image.ts'
import { writeImage } from './writer.ts'

const utf8 = new TextEncoder()

const tables = {
  '.nothread.spawns': [{ name: 'add', parameters: ['i32', 'i32'], result: 'i32' }],
  '.nothread.coroutines': [
    {
      ...{ name: 'a/serve', address: 0x8000_0000, descriptor: 0x8000_0004, frameBytes: 40 },
      states: [{ line: 3, address: 0x8000_0004, slots: [{ offset: 32, bytes: 4, name: 'x' }] }],
    },
  ],
  '.nothread.layouts': {
    classes: [{ name: 'A', bytes: 4, fields: [{ name: 'x', offset: 0, bytes: 4, type: 'u32' }] }],
    constants: { 'a/ONE': 1 },
  },
  '.nothread.debug': {
    functions: [],
    variables: [{ name: 'v', type: 'u32', place: { at: 'address', address: 0x8000_0000 } }],
  },
}
type Name = keyof typeof tables
const names = Object.keys(tables) as Name[]

/** An executable whose tables are as given, or as they should be. */
function executable(texts: Partial<Record<Name, string>> = {}): Uint8Array {
  const bytes = Uint8Array.of(0x13, 0, 0, 0, 0x67, 0x80, 0, 0)
  const image: Image = {
    entry: 0x8000_0000,
    segments: [{ address: 0x8000_0000, bytes, memorySize: 8, flags: 5 }],
    symbols: [],
    lines: [],
    sections: new Map(
      names.map((name) => [name, utf8.encode(texts[name] ?? JSON.stringify(tables[name]))]),
    ),
  }
  return writeImage(image)
}

describe('tables of the compiler in an executable', () => {
  it('are read', () => {
    const { image, spawns } = programOf(executable())
    expect(spawns).toEqual(tables['.nothread.spawns'])
    expect(explain(image).map(({ name }) => name)).toEqual(['serve'])
  })

  it.each(
    names.flatMap((name) =>
      ['', '{', 'null', '7', '[7]', '{"classes":7}', '[{"name":5}]'].map((text) => [name, text]),
    ),
  )('are refused by name: %s holding %j', (name, text) => {
    expect(() => programOf(executable({ [name]: text }))).toThrow(ElfError)
    expect(() => programOf(executable({ [name]: text }))).toThrow(`ELF section ${name}: `)
  })

  it('are refused or used, however they are damaged', { timeout: fuzzCases(2000) * 10 }, () => {
    const random = randomNumbers(77)
    const pieces = ['{', '}', '[', ']', ',', ':', '"', '0', '-1', '1e99', 'null', 'name', '', ' ']
    let taken = 0
    for (let round = 0; round < fuzzCases(2000); round++) {
      const name = names[random(names.length)]
      let text = JSON.stringify(tables[name])
      for (let edits = random(3); edits >= 0; edits--) {
        const at = random(text.length + 1)
        text = text.slice(0, at) + pieces[random(pieces.length)] + text.slice(at + random(4))
      }
      try {
        explain(programOf(executable({ [name]: text })).image)
        taken++
      } catch (error) {
        if (!(error instanceof ElfError)) throw new Error(`fails on ${text}`, { cause: error })
      }
    }
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(fuzzCases(2000) / 2)
  })
})
