import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { generateSupport, supportFile } from './generateSupport.ts'

test('the compiled support routines are those of the sources', async () => {
  expect(await readFile(supportFile, 'utf8')).toBe(await generateSupport())
})
