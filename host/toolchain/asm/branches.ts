/**
 * The ways to write a branch or jump, shortest first: compressed, plain, and for a conditional branch the opposite condition over a jump.
 * Same lengths as the GNU assembler; a target in another section or object takes the last one.
 */
import type { Instruction } from '../../../assembly/tables/instructions.types.ts'
import { compress } from './compress.ts'
import type { Fields } from './encode.ts'
import { encode, instructionNamed, isCompressed, noFields } from './encode.ts'
import type { RelocationType } from './object.ts'
import type { BranchForm } from './section.ts'

/** Distance that the immediate of each instruction reaches. */
const reaches = { BRANCH: 1 << 12, JAL: 1 << 20, RVC_BRANCH: 1 << 8, RVC_JUMP: 1 << 11 }

const opposites: Record<string, string> = {
  beq: 'bne',
  bne: 'beq',
  blt: 'bge',
  bge: 'blt',
  bltu: 'bgeu',
  bgeu: 'bltu',
}

function form(type: keyof typeof reaches, words: BranchForm['words'], targetAt = 0): BranchForm {
  return { words, targetAt, type: type satisfies RelocationType, reach: reaches[type] }
}

/**
 * Forms of a branch or jump whose target is not yet known; `fields.imm` is 0. GNU as shortens `j` but not `jal`, so the caller
 * says whether it may be compressed.
 */
export function branchForms(row: Instruction, fields: Fields, compressed: boolean): BranchForm[] {
  const word = encode(row, fields)
  if (isCompressed(row)) {
    return [form(row.format === 'CB' ? 'RVC_BRANCH' : 'RVC_JUMP', [{ word, bytes: 2 }])]
  }
  const conditional = row.format === 'B'
  const forms: BranchForm[] = []
  const short = compressed ? compress(row, fields) : undefined
  if (short !== undefined) {
    const words = [{ word: encode(short.row, short.fields), bytes: 2 as const }]
    forms.push(form(conditional ? 'RVC_BRANCH' : 'RVC_JUMP', words))
  }
  forms.push(form(conditional ? 'BRANCH' : 'JAL', [{ word, bytes: 4 }]))
  if (!conditional) return forms
  if (short !== undefined) forms.push(overJump(row, fields, 2))
  forms.push(overJump(row, fields, 4))
  return forms
}

/** The opposite condition, of the given size, over a jump to the target. */
function overJump(row: Instruction, fields: Fields, bytes: 2 | 4): BranchForm {
  const inverse = instructionNamed(opposites[row.name])
  const jump = instructionNamed('jal')
  if (inverse === undefined || jump === undefined) throw new Error(`no opposite of ${row.name}`)
  const skip = { ...fields, imm: bytes + 4 }
  const choice = (bytes === 2 ? compress(inverse, skip) : undefined) ?? {
    row: inverse,
    fields: skip,
  }
  const words: BranchForm['words'] = [
    { word: encode(choice.row, choice.fields), bytes },
    { word: encode(jump, noFields), bytes: 4 },
  ]
  return form('JAL', words, bytes)
}
