import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { collectGuestSources } from './bundle.ts'
import { CompileError } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'
import { mutation, seedPrograms } from './fixtures/mutations.ts'
import { compileModule } from './index.ts'

const runtime = new URL('../../../assembly/guest/runtime/', import.meta.url)
/** Programs to try; `NOTHREAD_FUZZ=10000` tries more, from `NOTHREAD_FUZZ_SEED` on. */
const rounds = Number(process.env.NOTHREAD_FUZZ ?? 12)
const firstSeed = Number(process.env.NOTHREAD_FUZZ_SEED ?? 1)
const secondsPerProgram = 20

const isSentence = (text: string): boolean => /^\S.*[.!?]$/s.test(text)

/** What is not said as it should be. */
function faultsOf(diagnostic: Diagnostic, text: string): string[] {
  const { cause, remedy, line, column, source } = diagnostic
  const faults: string[] = []
  if (!isSentence(cause)) faults.push('the cause is no sentence')
  if (!isSentence(remedy)) faults.push('the remedy is no sentence')
  if (/~lib|__|\bat \S+:\d+|[Aa]ssert|undefined is not|Cannot read/.test(cause)) {
    faults.push('the cause speaks of our own code')
  }
  if (line === 0 && !/main/.test(cause)) faults.push('there is no place')
  if (line > 0 && text.split('\n')[line - 1] !== source) faults.push('the line is another')
  if (line > 0 && column > source.length + 1) faults.push('the column is behind the line')
  return faults
}

test(
  'a program with random mistakes compiles, or gets messages with places',
  async () => {
    const files = readdirSync(runtime, { recursive: true, encoding: 'utf8' })
    const guest = await collectGuestSources(
      files.filter((file) => file.endsWith('.ts')),
      (file) => readFileSync(new URL(file, runtime), 'utf8'),
    )
    const wrong: unknown[] = []
    for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
      const text = mutation(seed)
      try {
        await compileModule('test.ts', () => text, guest, 0x8040_1000)
      } catch (error) {
        const diagnostics = error instanceof CompileError ? error.diagnostics : []
        const faults = diagnostics.flatMap((found) =>
          faultsOf(found, text).map((fault) => `${fault}: ${found.cause} ${found.remedy}`),
        )
        if (diagnostics.length === 0) wrong.push({ seed, error, text })
        else if (faults.length > 0) wrong.push({ seed, faults, message: (error as Error).message })
      }
    }
    expect(wrong).toEqual([])
  },
  (rounds + 2) * secondsPerProgram * 1000,
)

test('mutations differ, and few are what they come from', async () => {
  const texts = Array.from({ length: 200 }, (_, seed) => mutation(seed))
  const others = texts.filter((text) => !seedPrograms.includes(text))
  expect(new Set(others).size).toBeGreaterThan(190)
})
