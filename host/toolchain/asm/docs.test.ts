import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { builders } from './builders.ts'
import { directives } from './directives.ts'
import { instructionNamed } from './encode.ts'
import { pseudoInstructions } from './pseudo.table.ts'

const page = readFileSync(new URL('../../../docs/assembler.md', import.meta.url), 'utf8')
const named = new Set([...page.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]))

test('the page lists every directive', () => {
  expect(Object.keys(directives).filter((name) => !named.has(name))).toEqual([])
})

test('the page lists every pseudo-instruction', () => {
  const names = [...pseudoInstructions.map(({ name }) => name), ...Object.keys(builders)]
  const missing = names.filter((name) => !named.has(name) && instructionNamed(name) === undefined)
  expect([...new Set(missing)]).toEqual([])
})
