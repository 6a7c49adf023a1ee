/** `nothread run --check-determinism`: two equal runs side by side. */

import { runTwice } from '../machine/determinism.ts'
import type { Until } from '../machine/goal.ts'
import type { Machine } from '../machine/machine.ts'
import { exitCode, exitCodeOf } from './exit.ts'
import { summary } from './outputs.ts'
import { clearProgress, complain, progress, say } from './talk.ts'

/** Run a program twice and compare. Returns the exit code of the command. */
export async function checkDeterminism(
  load: () => Promise<Machine>,
  until: Until | undefined,
): Promise<number> {
  const machines = [await load(), await load()] as const
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
  complain(`the runs are equal up to cycle ${after} and differ at cycle ${cycle}: ${message}`)
  return exitCode.diverged
}
