/**
 * A long run of the fuzzer: `npx vite-node test/backend/fuzz.ts [FUNCTIONS] [SEED]` compares at least so many functions (20,000 unless
 * given), a half of them from Binaryen where the package `binaryen` is there. Prints every difference and exits with 1 if there is one.
 */
import { existsSync } from 'node:fs'
import { inFolder } from '../programs.ts'
import { STORE_RAM } from '../spec/store.ts'
import type { Comparison } from './fuzzing.ts'
import { binaryenModule, compareCoroutine, compareModule, compareProgram } from './fuzzing.ts'
import { Guest, Unfinished } from './guest.ts'

/** Random bytes for a module of Binaryen; starting the tool takes as long as making some hundred functions. */
const BINARYEN_BYTES = 60_000
const wanted = Number(process.argv[2] ?? 20_000)
const first = Number(process.argv[3] ?? 1)
const wasmOpt = new URL('../../node_modules/binaryen/bin/wasm-opt', import.meta.url).pathname

const guest = await Guest.create()
const large = await Guest.create(STORE_RAM)
const counts: Record<string, number> = {}
let total = 0
let different = 0

/** Counts what a comparison finds. One that takes too long is left out, one that fails is a difference. */
function note(kind: string, seed: number, compare: () => Comparison | undefined): void {
  const comparison = outcomeOf(compare, `${kind}, seed ${seed}`)
  if (comparison === undefined) return
  counts[kind] = (counts[kind] ?? 0) + comparison.functions
  total += comparison.functions
  different += comparison.differences.length
  for (const line of comparison.differences) console.log(line)
}

function outcomeOf(compare: () => Comparison | undefined, what: string): Comparison | undefined {
  try {
    return compare()
  } catch (error) {
    if (error instanceof Unfinished) return undefined
    return { functions: 0, differences: [`${what}: ${String(error)}`] }
  }
}

inFolder({}, (folder) => {
  for (let seed = first; total < wanted; seed++) {
    const start = 8 * seed
    if (existsSync(wasmOpt)) {
      note('Binaryen', seed, () =>
        compareModule(large, binaryenModule(wasmOpt, folder, seed, BINARYEN_BYTES), seed),
      )
    }
    for (let i = start; i < start + 8; i++) {
      note('own programs', i, () => compareProgram(guest, i))
      note('own coroutines', i, () => compareCoroutine(guest, i))
    }
    if ((seed - first) % 10 === 9)
      console.log(`seed ${seed}: ${total} functions, ${different} differences`)
  }
})
const parts = Object.entries(counts).map(([kind, count]) => `${count} of ${kind}`)
console.log(`${total} functions (${parts.join(', ')}), ${different} differences`)
process.exit(different > 0 ? 1 : 0)
