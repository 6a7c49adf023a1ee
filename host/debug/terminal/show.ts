/** What the terminal debugger prints: registers, memory, instructions, and why the machine has stopped. */
import { abiNames } from '../../toolchain/asm/registers.ts'
import { disassemble } from '../../toolchain/disasm/index.ts'
import type { DebugTarget, StopEvent } from '../gdb/target.ts'
import { readWord } from '../source/frames.ts'
import { hex } from '../source/places.ts'

const mostWords = 64
const shownInstructions = 8
const registersPerRow = 4

/** In base 16 and 10. */
export function bothBases(value: number): string {
  return `${hex(value)}  ${value | 0}`
}

export function showRegisters(pc: number, values: readonly number[]): string {
  const cells = abiNames.map((name, index) => `${name.padEnd(5)}${hex(values[index])}`)
  const rows: string[] = []
  for (let row = 0; row < cells.length; row += registersPerRow) {
    rows.push(cells.slice(row, row + registersPerRow).join('  '))
  }
  return [`pc   ${hex(pc)}`, ...rows].join('\n')
}

export function showWords(target: DebugTarget, address: number, count: number): string {
  const words = Math.min(Math.max(Math.trunc(count) || 1, 1), mostWords)
  const lines: string[] = []
  for (let index = 0; index < words; index++) {
    const at = address + index * 4
    const word = readWord(target, at)
    if (word === undefined) return `${hex(at)} is not memory`
    lines.push(`${hex(at)}: ${bothBases(word)}`)
  }
  return lines.join('\n')
}

export function showInstructions(target: DebugTarget, address: number): string {
  const lines: string[] = []
  for (let at = address, count = 0; count < shownInstructions; count++) {
    const word = readWord(target, at)
    if (word === undefined) break
    const { text, bytes } = disassemble(word, at)
    lines.push(`${hex(at)}  ${text}`)
    at += bytes
  }
  return lines.join('\n')
}

/** Why the machine has stopped; '' for the end of a step. */
export function describeStop({ reason, code }: StopEvent): string {
  switch (reason) {
    case 'exit':
      return `the guest has ended with code ${code ?? 0}`
    case 'fault':
      return `the guest faulted (mcause ${code ?? 0})`
    case 'idle':
      return 'all harts sleep and nothing is left to wake them'
    case 'interrupt':
      return 'interrupted'
    case 'beginning':
      return 'the beginning of the history'
    case 'breakpoint':
      return 'breakpoint'
    default:
      return ''
  }
}
