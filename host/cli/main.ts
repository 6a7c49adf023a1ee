#!/usr/bin/env node
/** The `nothread` command. */

import type { Command } from 'commander'
import { CommanderError } from 'commander'
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

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe may leave early, as `head` does.
  if (error.code === 'EPIPE') process.exit(exitCode.ok)
  throw error
})
process.exitCode = await main()
