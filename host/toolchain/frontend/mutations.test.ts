import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compile } from '../compile.ts'
import { collectGuestSources } from './bundle.ts'
import { CompileError } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'
import { mutation } from './fixtures/mutations.ts'
import { compileModule } from './index.ts'

const root = new URL('../../../', import.meta.url)
const runtime = new URL('assembly/guest/runtime/', root)
/** Programs to try; `NOTHREAD_FUZZ=10000` tries more, from `NOTHREAD_FUZZ_SEED` on, and writes what it finds to `NOTHREAD_FUZZ_LOG`. */
const rounds = Number(process.env.NOTHREAD_FUZZ ?? 12)
const firstSeed = Number(process.env.NOTHREAD_FUZZ_SEED ?? 1)
const log = process.env.NOTHREAD_FUZZ_LOG
const secondsPerProgram = 20
/** One of so many goes all the way to an image, with every optimisation; the others stop at the module. */
const wholeEvery = 40

const isSentence = (text: string): boolean => /^\S.*[.!?]$/s.test(text)

/** What is not said as it should be. */
function faultsOf(diagnostic: Diagnostic, text: string): string[] {
  const { cause, remedy, line, column, source } = diagnostic
  const faults: string[] = []
  if (!isSentence(cause)) faults.push('the cause is no sentence')
  if (!isSentence(remedy)) faults.push('the remedy is no sentence')
  const others = cause.replaceAll(/'[^']*'/g, (name) =>
    text.includes(name.slice(1, -1)) ? '' : name,
  )
  if (/~lib|__|\bat \S+:\d+|[Aa]ssert|undefined is not|Cannot read/.test(others)) {
    faults.push('the cause speaks of our own code')
  }
  if (line === 0 && !/main/.test(cause)) faults.push('there is no place')
  if (line > 0 && text.split('\n')[line - 1].replace(/\r$/, '') !== source)
    faults.push('the line is another')
  if (line > 0 && column > source.length + 1) faults.push('the column is behind the line')
  return faults
}

/** What is wrong with the answer to a program; undefined if nothing is. */
async function wrongAnswer(text: string, answer: Promise<unknown>): Promise<unknown> {
  try {
    await answer
    return undefined
  } catch (error) {
    const diagnostics = error instanceof CompileError ? error.diagnostics : []
    if (diagnostics.length === 0) return { error: String((error as Error).stack ?? error) }
    const faults = diagnostics.flatMap((found) =>
      faultsOf(found, text).map((fault) => `${fault}: ${found.cause} ${found.remedy}`),
    )
    return faults.length > 0 ? { faults, message: (error as Error).message } : undefined
  }
}

function programs(): string[] {
  return ['test/guest/fixtures/right/', 'assembly/guest/programs/'].flatMap((folder) =>
    readdirSync(new URL(folder, root))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => readFileSync(new URL(folder + name, root), 'utf8')),
  )
}

test(
  'a program with random mistakes compiles, or gets messages with places',
  async () => {
    const files = readdirSync(runtime, { recursive: true, encoding: 'utf8' })
    const guest = await collectGuestSources(
      files.filter((file) => /\.(ts|s)$/.test(file)),
      (file) => readFileSync(new URL(file, runtime), 'utf8'),
    )
    const modules = Object.fromEntries(
      Object.entries(guest).filter(([path]) => !path.endsWith('.s')),
    )
    const right = programs()
    const wrong: unknown[] = []
    for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
      const text = mutation(seed, right)
      const read = (path: string): string | null => (path === 'test.ts' ? text : null)
      const isWhole = seed % wholeEvery === 0
      const started = performance.now()
      const answer = isWhole
        ? compile('test.ts', read, guest)
        : compileModule('test.ts', read, modules, 0x8080_1000, { debug: true })
      const found = await wrongAnswer(text, answer)
      if (found !== undefined) wrong.push({ seed, found, text })
      if (log !== undefined) {
        const ms = Math.round(performance.now() - started)
        const refused = await answer.then(
          () => 'compiled',
          () => 'refused',
        )
        const entry = {
          seed,
          ms,
          isWhole,
          refused,
          ...(found === undefined ? {} : { found, text }),
        }
        writeFileSync(log, JSON.stringify(entry) + '\n', { flag: 'a' })
      }
    }
    expect(wrong).toEqual([])
  },
  (rounds + 2) * secondsPerProgram * 1000,
)

test('mutations differ, and few are what they come from', () => {
  const right = programs()
  const texts = Array.from({ length: 200 }, (_, seed) => mutation(seed, right))
  const others = texts.filter((text) => !right.includes(text))
  expect(new Set(others).size).toBeGreaterThan(180)
})
