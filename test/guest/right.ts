/**
 * Right programs, one for each part of the language, in `fixtures/right/`. What a program prints stands in its last line: `//> a|b` for the lines a and b.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Job } from '../browser/lab/job.ts'

const folder = join(import.meta.dirname, 'fixtures/right')

/** A program with what it prints. */
export interface RightProgram {
  name: string
  job: Job
  expected: string[]
}

/** All of them, by name. */
export function rightPrograms(): RightProgram[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'))
  return files.sort().map((file) => {
    const source = readFileSync(join(folder, file), 'utf8')
    const printed = /\/\/> (.*)\n$/.exec(source)?.[1] ?? ''
    return {
      name: file.replace(/\.ts$/, ''),
      job: { fileName: file, source, until: '100ms' },
      expected: printed.split('|'),
    }
  })
}
