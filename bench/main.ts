/// <reference types="vite/client" />
/** `npm run bench [-- WORD …]`: takes every measurement whose title contains one of the words, or all. */
import { formatRows } from './table.ts'
import type { Bench } from './types.ts'

const modules = import.meta.glob<{ bench: Bench }>('./*.bench.ts')
const words = process.argv.slice(2).map((word) => word.toLowerCase())
const chosen = (title: string) =>
  words.length === 0 || words.some((word) => title.toLowerCase().includes(word))

for (const path of Object.keys(modules).sort()) {
  const { bench } = await modules[path]()
  if (!chosen(bench.title)) continue
  console.log(bench.title)
  console.log(formatRows(await bench.run()))
  console.log()
}
