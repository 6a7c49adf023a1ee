/** What the command says besides its results: messages and progress, on the error stream, coloured only on a terminal. */

import { formatTime } from '../machine/time.ts'
import type { Cycle } from '../machine/time.ts'

const red = '\u001b[31m'
const dim = '\u001b[2m'
const plain = '\u001b[0m'
const clearLine = '\r\u001b[K'
/** Progress is written at most so often, in milliseconds of host time. */
const progressInterval = 100

function coloured(): boolean {
  return process.stderr.isTTY === true && !process.env.NO_COLOR
}

/** A remark. */
export function say(text: string): void {
  clearProgress()
  process.stderr.write(coloured() ? `${dim}${text}${plain}\n` : `${text}\n`)
}

/** A message of the compilers, which begins with its place as editors look for it, and says itself that it is an error. */
const diagnostic = /^([^\n]*?: )error: /

/** An error, which ends the command. */
export function complain(text: string): void {
  clearProgress()
  const word = coloured() ? `${red}error${plain}` : 'error'
  const told = diagnostic.exec(text)
  const line = told ? `${told[1]}${word}${text.slice(told[0].length - 2)}` : `${word}: ${text}`
  process.stderr.write(`${line}\n`)
}

let lastProgress = -Infinity
let progressShown = false

/** Show how far something is, on a terminal only. */
export function progress(text: string): void {
  if (process.stderr.isTTY !== true) return
  if (performance.now() - lastProgress < progressInterval) return
  lastProgress = performance.now()
  progressShown = true
  process.stderr.write(`${clearLine}${text}`)
}

/** Progress of a run. */
export function runProgress(clockHz: number): (cycle: Cycle) => void {
  return (cycle) => progress(`running, ${formatTime(cycle, clockHz)} of emulated time`)
}

/** Take the progress line away. */
export function clearProgress(): void {
  if (!progressShown) return
  progressShown = false
  process.stderr.write(clearLine)
}
