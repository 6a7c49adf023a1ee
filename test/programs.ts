/**
 * Tests that compare with another program. Where the program is missing the test is skipped under a name that says so; on
 * CI (CI=true), where everything is installed, it fails instead.
 */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { test } from 'vitest'

/** Path of a program on the search path, or undefined. */
export function findProgram(program: string): string | undefined {
  const paths = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program))
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Whether a program is on the search path. */
export function hasProgram(program: string): boolean {
  return findProgram(program) !== undefined
}

/** A test that needs the given programs. */
export function testWith(programs: string[], name: string, body: () => void | Promise<void>): void {
  const missing = programs.filter((program) => !hasProgram(program))
  if (missing.length === 0) test(name, body)
  else if (process.env.CI === 'true') {
    test(name, () => {
      throw new Error(`not installed: ${missing.join(', ')}`)
    })
  } else test.skip(`${name} (not installed: ${missing.join(', ')})`, body)
}

/** Runs a program in `folder` and returns what it printed. Throws with its error output when it fails. */
export function runProgram(program: string, args: string[], folder: string): string {
  return execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
}

/** Calls `body` with a fresh folder that holds `files`, and removes the folder when it is done. */
export function inFolder<T>(
  files: Record<string, string | Uint8Array>,
  body: (folder: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), 'nothread-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  let result: T | undefined
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    result = body(folder)
  } finally {
    if (!(result instanceof Promise)) remove()
  }
  return result instanceof Promise ? (result.finally(remove) as T) : result
}
