/** `nothread run --check-determinism`: two equal runs side by side. */

import { runTwice } from '../machine/determinism.ts'
import type { Until } from '../machine/goal.ts'
import { Machine } from '../machine/machine.ts'
import type { MachineOptions } from '../machine/options.ts'
import type { Program } from '../machine/program.ts'
import { exitCode, exitCodeOf } from './exit.ts'
import { summary } from './outputs.ts'
import { clearProgress, complain, progress, say } from './talk.ts'

/** Run a program twice and compare. Returns the exit code of the command. */
export async function checkDeterminism(
  program: Program,
  options: MachineOptions,
  until: Until | undefined,
): Promise<number> {
  const machines = [await Machine.create(options), await Machine.create(options)] as const
  for (const machine of machines) await machine.load(program)
  progress('running twice')
  const goal = typeof until === 'function' ? undefined : until
  const { report, checkpoints, difference } = await runTwice(machines, goal)
  clearProgress()
  console.log(summary(machines[0], report.events))
  if (difference === undefined) {
    say(`both runs were equal at every checkpoint (${checkpoints})`)
    return exitCodeOf(report, until, machines[0].console.text)
  }
  const { after, cycle, message } = difference
  complain(`the runs part between cycle ${after} and ${cycle}: ${message}`)
  return exitCode.diverged
}
