/** What docs/drivers.md says: its driver serves its program, and the functions are there as it writes them. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { Machine } from '../../host/machine/machine.ts'
import { writeImage } from '../../host/toolchain/elf/writer.ts'
import { expectScenarios, kernelFrom, programFrom } from './support.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const guide = read('docs/drivers.md')

function block(kind: string): string {
  return new RegExp(`^\`\`\`ts ${kind}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(guide)![1]
}

it('has a driver and a program that work', async () => {
  const kernel = new Uint8Array(writeImage(await kernelFrom(block('driver'))))
  const machine = await Machine.create({ kernel })
  await machine.load(await programFrom(block('program')))
  await expectScenarios(machine, ['counter'])
})

it('lists functions as they are', () => {
  const rows = [...guide.matchAll(/^\| `(\w+\(.*?\): \w+)` \| `([^`]+)` \|/gm)]
  const missing = rows.filter(([, signature, file]) => {
    const source = read(`assembly/guest/kernel/${file}`)
      .replace(/\(\s+/g, '(')
      .replace(/,?\s+\)/g, ')')
    return !source.replace(/\s+/g, ' ').includes(`export function ${signature} {`)
  })
  expect(rows.length).toBeGreaterThan(40)
  expect(missing.map(([, signature]) => signature)).toEqual([])
})

it('names fields of records as they are', () => {
  let file = ''
  const missing: string[] = []
  const rows = [...guide.matchAll(/^\| (?:`\w+`)? ?\| (?:`([\w/]+\.ts)`)? ?\| (`[a-z].*?`) \|/gm)]
  for (const [, named, fields] of rows) {
    if (named !== undefined) file = named
    const source = read(`assembly/guest/kernel/${file}`)
    for (const [, field] of fields.matchAll(/`(\w+)/g)) {
      if (!new RegExp(`^  ${field}: `, 'm').test(source)) missing.push(`${file} ${field}`)
    }
  }
  expect(rows.length).toBeGreaterThan(10)
  expect(missing).toEqual([])
})
