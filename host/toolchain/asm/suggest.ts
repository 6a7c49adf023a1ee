/** Errors about mnemonics: the nearest known one, and the operands an instruction takes. */
import { instructions } from '../../../assembly/tables/instructions.table.ts'
import type { Place } from './assembly.ts'
import { instructionNamed, operandsOf } from './encode.ts'
import { StatementError } from './lexer.ts'
import { pseudoInstructions } from './pseudo.table.ts'

/** Operands of the pseudo-instructions that are built by code. */
const builtForms: Record<string, string> = {
  la: 'la rd, symbol',
  lla: 'lla rd, symbol',
  call: 'call symbol',
  tail: 'tail symbol',
  jump: 'jump symbol, rt',
  unimp: 'unimp',
}

const letterNames: Record<string, string> = { r: 'register', m: 'offset(register)', e: 'value' }

/** Number of letters to change, insert or remove between two words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1))
    }
    row = next
  }
  return row[b.length]
}

function nearest(name: string): string | undefined {
  const known = [
    ...instructions.map((row) => row.name),
    ...pseudoInstructions.map((entry) => entry.name),
    ...Object.keys(builtForms),
  ]
  const ranked = known
    .map((word) => ({ word, steps: distance(name.slice(0, 20), word) }))
    .sort((a, b) => a.steps - b.steps)
  return ranked[0].steps <= 2 ? ranked[0].word : undefined
}

export function unknownInstruction(place: Place, name: string): StatementError {
  const near = nearest(name)
  const remedy =
    near === undefined
      ? 'docs/assembler.md says which instructions there are.'
      : `Did you mean ${near}?`
  return new StatementError(place, `unknown instruction '${name}'`, remedy)
}

export function wrongOperands(place: Place, name: string): StatementError {
  const forms: string[] = []
  const row = instructionNamed(name.replace(/\.(aq|rl|aqrl)$/, ''))
  if (row !== undefined) forms.push(`${name} ${operandsOf(row).join(', ')}`.trim())
  if (name in builtForms) forms.push(builtForms[name])
  for (const entry of pseudoInstructions.filter((candidate) => candidate.name === name)) {
    const operands = [...entry.operands].map((letter) => letterNames[letter])
    forms.push(`${name} ${operands.join(', ')}`.trim())
  }
  return new StatementError(place, `wrong operands for ${name}`, `Write ${forms.join(', or ')}.`)
}
