import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { deviceTables } from '../../assembly/tables/devices.table.ts'
import type { RegisterTable } from '../../assembly/tables/types.ts'
import { constantsFile, deviceConstants } from './constants.ts'
import { generatedFiles, staleFiles, writeGenerated } from './generate.ts'

const root = join(import.meta.dirname, '../..')

const table: RegisterTable = {
  device: 'a-b',
  title: 'A device',
  source: 'a book',
  size: 0x100,
  registers: [
    {
      name: 'MODE',
      offset: 8,
      width: 4,
      access: 'RW',
      bits: [
        { name: 'ON', lsb: 0, doc: 'On.' },
        { name: 'LEVEL', lsb: 4, width: 3, doc: 'Level.' },
      ],
      doc: 'Mode.',
    },
    { name: 'DATA', offset: 16, width: 4, access: 'RO', count: 2, stride: 8, doc: 'Data.' },
  ],
  constants: [{ name: 'LIMIT', value: 7, doc: 'Limit.' }],
}

test('the generated files in the repository are those the tables give', () => {
  expect(staleFiles(root).map(({ path }) => path)).toEqual([])
})

test('a file that was edited by hand is found and written again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'generate-'))
  const files = generatedFiles().map(({ path }) => path)
  expect(writeGenerated(folder)).toEqual(files)
  expect(writeGenerated(folder)).toEqual([])
  const edited = join(folder, files[0])
  writeFileSync(edited, readFileSync(edited, 'utf8').replace('0x', '0x1'))
  expect(writeGenerated(folder)).toEqual([files[0]])
})

test('registers, fields, arrays and other numbers become constants', () => {
  const values = Object.fromEntries(deviceConstants(table).map(({ name, value }) => [name, value]))
  expect(values).toEqual({
    A_B_MODE: 8,
    A_B_MODE_ON: 1,
    A_B_MODE_LEVEL: 0x70,
    A_B_MODE_LEVEL_SHIFT: 4,
    A_B_DATA: 16,
    A_B_DATA_COUNT: 2,
    A_B_DATA_STRIDE: 8,
    A_B_LIMIT: 7,
  })
})

test('a name that is defined twice and a value beyond 32 bits are errors', () => {
  const constant = { name: 'X', value: 1, doc: '' }
  expect(() => constantsFile('t', [constant, constant])).toThrow(
    't: the constant X is defined twice',
  )
  expect(() => constantsFile('t', [{ ...constant, value: -1 }])).toThrow('unsigned 32-bit')
})

test.each(deviceTables.map((page) => [page.device, page] as const))(
  'registers of %s are aligned, inside the page and do not overlap',
  (_, { registers, size }) => {
    const taken = new Set<number>()
    for (const { offset, width, count = 1, stride = width } of registers) {
      for (let n = 0; n < count; n++) {
        const start = offset + n * stride
        expect(start % width).toBe(0)
        expect(start + width).toBeLessThanOrEqual(size)
        for (let byte = start; byte < start + width; byte++) {
          expect(taken.has(byte)).toBe(false)
          taken.add(byte)
        }
      }
    }
  },
)
