/**
 * A long run of the fuzzer: `npx vite-node test/backend/fuzz.ts [FUNCTIONS] [SEED]` compares at least so many functions (20,000 unless
 * given), a half of them from Binaryen where the package `binaryen` is there. Prints every difference and exits with 1 if there is one.
 */
import { existsSync } from 'node:fs'
import { inFolder } from '../programs.ts'
import { STORE_RAM } from '../spec/store.ts'
import type { Comparison } from './fuzzing.ts'
import { binaryenModule, compareCoroutine, compareModule, compareProgram } from './fuzzing.ts'
import { Guest } from './guest.ts'

const wanted = Number(process.argv[2] ?? 20_000)
const first = Number(process.argv[3] ?? 1)
const wasmOpt = new URL('../../node_modules/binaryen/bin/wasm-opt', import.meta.url).pathname

const guest = await Guest.create()
const large = await Guest.create(STORE_RAM)
const counts: Record<string, number> = {}
let total = 0
let different = 0

function note(kind: string, comparison: Comparison | undefined): void {
  if (comparison === undefined) return
  counts[kind] = (counts[kind] ?? 0) + comparison.functions
  total += comparison.functions
  different += comparison.differences.length
  for (const line of comparison.differences) console.log(line)
}

inFolder({}, (folder) => {
  for (let seed = first; total < wanted; seed++) {
    if (existsSync(wasmOpt)) {
      note('Binaryen', compareModule(large, binaryenModule(wasmOpt, folder, seed), seed))
    }
    note('own programs', compareProgram(guest, 2 * seed))
    note('own programs', compareProgram(guest, 2 * seed + 1))
    note('own coroutines', compareCoroutine(guest, seed))
    if ((seed - first) % 50 === 49)
      console.log(`seed ${seed}: ${total} functions, ${different} differences`)
  }
})
const parts = Object.entries(counts).map(([kind, count]) => `${count} of ${kind}`)
console.log(`${total} functions (${parts.join(', ')}), ${different} differences`)
process.exit(different > 0 ? 1 : 0)
