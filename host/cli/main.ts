#!/usr/bin/env node
/** The `nothread` command. */

import type { Command } from 'commander'
import { CommanderError } from 'commander'
import { reasonOf } from '../node/files.ts'
import { exitCode, isInputError } from './exit.ts'
import { commandLine } from './program.ts'
import { complain } from './talk.ts'

async function main(): Promise<number> {
  let code: number = exitCode.ok
  const program = commandLine((result) => (code = result))
  for (const command of withSubcommands(program)) command.exitOverride()
  try {
    await program.parseAsync()
    return code
  } catch (error) {
    // Commander has said what is wrong; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage
    if (!isInputError(error)) throw error
    complain(error.message)
    return exitCode.usage
  }
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}

/** What went wrong with the standard output first. Nothing more can be said there, but files can still be written. */
let outputError: NodeJS.ErrnoException | undefined
process.stdout.on('error', (error: NodeJS.ErrnoException) => (outputError ??= error))

/** The exit code, when the output may not have come to its reader. One that leaves early, as `head` does, has had what it wanted. */
function finalCode(code: number): number {
  if (outputError === undefined) return code
  if (outputError.code === 'EPIPE') return code === exitCode.interrupted ? exitCode.ok : code
  complain(`cannot write the standard output: ${reasonOf(outputError)}`)
  return exitCode.usage
}

/** Until what was printed has been taken, or refused. */
function printed(): Promise<void> {
  return new Promise((resolve) => process.stdout.write('', () => setImmediate(resolve)))
}

const code = await main()
await printed()
process.exitCode = finalCode(code)
