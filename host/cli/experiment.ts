/** `nothread experiment`: run a shipped experiment; its points go to a JSON Lines file, its chart to an SVG file. */

import { join } from 'node:path'
import { asyncVersusBlocking } from '../experiments/asyncVersusBlocking.ts'
import { jsonLines, throughputChart, throughputTable } from '../experiments/report.ts'
import { checkWritable, readProgram, shippedProgram, writeFile } from '../node/files.ts'
import { exitCode } from './exit.ts'
import { clearProgress, progress } from './talk.ts'

/** Names of the experiments. */
export const experiments = ['async-versus-blocking'] as const

export interface ExperimentCommand {
  out: string
  quick?: boolean
}

/** A part of the points, enough to see that everything works. */
const quick = { ratios: [0, 4], poolSizes: [1, 4], clients: 16, requests: 5 }

/** Run an experiment. Returns the exit code of the command. */
export async function experimentCommand(
  name: (typeof experiments)[number],
  command: ExperimentCommand,
): Promise<number> {
  const file = join(command.out, name)
  for (const kind of ['jsonl', 'svg']) checkWritable(`${file}.${kind}`)
  progress('compiling the programs')
  const programs = {
    async: await readProgram(shippedProgram('udp-echo.ts')),
    blocking: await readProgram(shippedProgram('udp-echo-blocking.ts')),
  }
  const rows = await asyncVersusBlocking({
    programs,
    ...(command.quick === true ? quick : {}),
    onPoint: (done, total) => progress(`${name}: point ${done + 1} of ${total}`),
  })
  clearProgress()
  writeFile(`${file}.jsonl`, jsonLines(rows))
  writeFile(`${file}.svg`, throughputChart(rows))
  console.log(`${throughputTable(rows)}\n\npoints  ${file}.jsonl\nchart   ${file}.svg`)
  return exitCode.ok
}
