/** `nothread explain`: an async function's states, what its frame keeps, and the code of each state. */

import { existsSync } from 'node:fs'
import { readProgram } from '../node/files.ts'
import { programSources } from '../node/sources.ts'
import type { ExplainedFunction, ExplainedState, ExplainedVariable } from '../toolchain/explain.ts'
import { exitCode, UsageError } from './exit.ts'
import { hexWord } from './outputs.ts'
import { clearProgress, progress } from './talk.ts'

export interface ExplainCommand {
  json?: boolean
  /** Explain the code of a debug build, in which values have names. */
  debug?: boolean
}

const headerBytes = 32

/** Explain the async functions of FILE, or the one of FILE:FUNCTION. Returns the exit code of the command. */
export async function explainCommand(what: string, command: ExplainCommand): Promise<number> {
  const { file, name } = splitTarget(what)
  progress(`loading ${file}`)
  const { image } = await readProgram(file, { debug: command.debug })
  const { explain } = await import('../toolchain/explain.ts')
  clearProgress()
  const functions = explain(image, { source: await programSources() })
  const chosen = name === undefined ? functions : functions.filter((fn) => isNamed(fn, name))
  if (chosen.length === 0) throw new UsageError(nothingFound(file, name, functions))
  if (command.json === true) console.log(JSON.stringify(chosen, null, 2))
  else console.log(chosen.map(functionText).join('\n') + remark(file, chosen))
  return exitCode.ok
}

/** A colon separates the function, unless it belongs to the name of the file. */
function splitTarget(what: string): { file: string; name?: string } {
  const colon = what.lastIndexOf(':')
  if (colon <= 1 || existsSync(what)) return { file: what }
  const name = what.slice(colon + 1)
  return { file: what.slice(0, colon), name: name === '' ? undefined : name }
}

function isNamed(fn: ExplainedFunction, name: string): boolean {
  return fn.name === name.replace('#', '.')
}

/** The way to names, where values have none. */
function remark(file: string, functions: readonly ExplainedFunction[]): string {
  const values = functions.flatMap(({ states }) => states.flatMap(({ live }) => live))
  if (values.length === 0 || values.some(isVariable) || !file.endsWith('.ts')) return ''
  return '\nValues stand at their offsets in the frame; --debug names the variables, in the code of a debug build.'
}

function isVariable({ name, offset }: ExplainedVariable): boolean {
  return name !== `+${offset}`
}

function nothingFound(
  file: string,
  name: string | undefined,
  functions: readonly ExplainedFunction[],
): string {
  if (functions.length === 0)
    return `${file} has no async functions; "nothread disasm" shows its code`
  const names = functions.map((fn) => fn.name).join(', ')
  return `${file} has no async function "${name}"; its async functions are ${names}`
}

function functionText(fn: ExplainedFunction): string {
  const head =
    `${fn.name}  ${fn.file}:${fn.line}\n` +
    `  frame ${fn.frameBytes} bytes: ${headerBytes} of header, ${plural(fn.slots, 'word')} for values\n` +
    `  code ${fn.bytes} bytes at ${hexWord(fn.address)}, ${plural(fn.states.length - 1, fn.isGenerator ? 'suspension' : 'await')}\n`
  const shown = new Map<number, number>()
  return head + fn.states.map((state) => `\n${stateText(state, fn, shown)}`).join('')
}

/** What a state begins with. A generator first waits to be asked for a value. */
function beginning({ number, line, source }: ExplainedState, fn: ExplainedFunction): string {
  if (number === 0) return 'the call'
  if (!fn.isGenerator) return `the await in line ${line}`
  if (number === 1) return 'the first value that is asked for'
  return `the ${/\byield\b/.test(source) ? 'yield' : 'await'} in line ${line}`
}

function stateText(
  state: ExplainedState,
  fn: ExplainedFunction,
  shown: Map<number, number>,
): string {
  const begin = beginning(state, fn)
  const source = state.source === '' ? '' : `: ${state.source}`
  const kept = state.live.map(({ name, offset }) =>
    name === `+${offset}` ? name : `${name} +${offset}`,
  )
  const next = state.next.map((number) => `state ${number}`).join(' or ')
  const lines = [
    `state ${state.number}  begins at ${hexWord(state.address)} with ${begin}${source}`,
    ...(state.number === 0 ? [] : [`  keeps ${kept.length === 0 ? 'nothing' : kept.join(', ')}`]),
    ...(state.reads.length === 0 ? [] : [`  reads ${state.reads.join(', ')}`]),
    `  ${next === '' ? 'runs to the end of the function' : `is suspended next as ${next}`}`,
    ...codeLines(state, shown),
  ]
  return `${lines.join('\n')}\n`
}

/** The code of a state; what an earlier state showed is named only. */
function codeLines({ number, code }: ExplainedState, shown: Map<number, number>): string[] {
  const lines: string[] = []
  let place = ''
  let reference = ''
  for (const { address, word, text, file, line } of code) {
    const owner = shown.get(address)
    if (owner !== undefined) {
      const words = `    … as state ${owner}, from ${hexWord(address)}`
      if (reference !== String(owner)) lines.push(words)
      reference = String(owner)
      continue
    }
    reference = ''
    shown.set(address, number)
    const here = file === undefined ? '' : `    ; ${file}:${line}`
    if (here !== '' && here !== place) lines.push(here)
    place = here === '' ? place : here
    lines.push(`    ${hexWord(address).slice(2)}:  ${word.toString(16).padStart(8, '0')}  ${text}`)
  }
  return lines
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
