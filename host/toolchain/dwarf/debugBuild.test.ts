import { describe, expect, test } from 'vitest'
import { compileText, machineWith } from '../../../test/guest/programs.ts'
import { inFolder, runProgram, testWith } from '../../../test/programs.ts'
import type { Image } from '../elf/image.ts'
import { readImage } from '../elf/reader.ts'
import { writeImage } from '../elf/writer.ts'
import type { FunctionInformation } from './information.ts'
import { readInformation } from './information.ts'

const source = `import { console, sleep } from 'nothread/guest'

let total: i64 = 7

class Point {
  constructor(
    public x: i32,
    public y: f64,
  ) {}
}

function double(value: i32): i32 {
  const result = value * 2
  return result
}

export async function main(): Promise<void> {
  let sum = 0
  for (let i = 0; i < 3; i++) {
    sum += double(i)
    await sleep(10)
  }
  const point = new Point(sum, 1.5)
  total += point.x
  console.log(\`\${total}\`)
}
`

const builds = Promise.all([compileText(source, { debug: true }), compileText(source)])

async function debugImage(): Promise<Image> {
  return (await builds)[0].image
}

async function functionNamed(name: string): Promise<FunctionInformation> {
  const found = readInformation(await debugImage()).functions.find((item) => item.name === name)
  if (found === undefined) throw new Error(`no function ${name}`)
  return found
}

describe('a debug build', () => {
  test('does what an optimised one does', async () => {
    for (const program of await builds) {
      const machine = await machineWith(program)
      await machine.run({ until: '10ms' })
      expect(machine.consoleText).toBe('13\n')
    }
  })

  test('knows places and types of parameters and locals', async () => {
    const { file, line, result, variables } = await functionNamed('double')
    expect({ file, line, result }).toEqual({ file: 'test.ts', line: 12, result: 'i32' })
    expect(variables).toMatchObject([
      { name: 'value', type: 'i32', parameter: true, place: { at: 'frame' } },
      { name: 'result', type: 'i32', parameter: false, place: { at: 'frame' } },
    ])
  })

  test('keeps the locals of a coroutine in its frame', async () => {
    const { variables } = await functionNamed('main')
    const locals = variables.filter(({ name }) => ['sum', 'i', 'point'].includes(name))
    expect(locals.map(({ type }) => type)).toEqual(['i32', 'i32', 'test/Point'])
    for (const { place } of locals) expect(place).toMatchObject({ at: 'register' })
  })

  test('knows where globals are, as an optimised build does', async () => {
    for (const { image } of await builds) {
      const total = readInformation(image).variables.find(({ name }) => name === 'test/total')
      expect(total).toMatchObject({ type: 'i64', place: { at: 'address' } })
    }
  })

  test('tells how much stack a function has taken at each place', async () => {
    const { unwind, size } = await functionNamed('double')
    expect(unwind.at(0)).toMatchObject({ offset: 4, bytes: 16 })
    expect(unwind.at(-1)).toEqual({ offset: size - 4, bytes: 0, saved: [] })
  })

  test('is read back from a file', async () => {
    const image = await debugImage()
    expect(readInformation(readImage(writeImage(image)))).toEqual(readInformation(image))
  })
})

testWith(
  ['riscv64-unknown-elf-objdump'],
  "objdump reads a debug build's entries and frames",
  async () => {
    const file = writeImage(await debugImage())
    const text = inFolder({ 'test.elf': file }, (folder) =>
      runProgram('riscv64-unknown-elf-objdump', ['--dwarf=info,frames,Ranges', 'test.elf'], folder),
    )
    const entry = text.slice(text.search(/DW_AT_name +: double\n/))
    expect(entry).toMatch(/DW_AT_decl_line +: 12\n/)
    expect(entry).toMatch(/DW_TAG_formal_parameter[^]*?DW_AT_name +: value\n/)
    expect(text).toMatch(/DW_AT_name +: Point\n +<\w+> +DW_AT_byte_size +: 16\n/)
    const { address } = await functionNamed('double')
    expect(text).toMatch(
      new RegExp(`pc=${address.toString(16)}\\.\\.\\w+\\n.*\\n  DW_CFA_def_cfa_offset: 16`),
    )
  },
)
