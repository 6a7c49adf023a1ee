/** Instructions that are rows of the table: operands into fields, fields into words. */
import type { Instruction } from '../../../assembly/tables/instructions.types.ts'
import type { Assembly, Place } from './assembly.ts'
import { branchForms } from './branches.ts'
import { compress, holds } from './compress.ts'
import type { Fields, ShownOperand } from './encode.ts'
import { encode, formatOf, isCompressed, noFields, operandsOf } from './encode.ts'
import type { Pending } from './immediates.ts'
import { csrNumber, fenceSet, setImmediate, smallNumber } from './immediates.ts'
import { StatementError } from './lexer.ts'
import type { ExpressionOperand, MemoryOperand, Operand } from './operands.ts'

/** Assembles a row whose operands have the right kinds; `extra` are bits the mnemonic adds. */
export function assembleRow(
  assembly: Assembly,
  row: Instruction,
  extra: number,
  operands: Operand[],
  place: Place,
): void {
  const fields: Fields = { ...noFields }
  const { rd, rs1 } = formatOf(row)
  if (rd !== undefined && 'fixed' in rd) fields.rd = rd.fixed
  if (rs1 !== undefined && 'fixed' in rs1) fields.rs1 = rs1.fixed
  let pending: Pending | undefined
  let target: ExpressionOperand | undefined
  operandsOf(row).forEach((name, index) => {
    const operand = operands[index]
    if (name === 'target') target = operand as ExpressionOperand
    else pending = setOperand(assembly, row, fields, name, operand) ?? pending
  })
  if (rd !== undefined && rs1 !== undefined && shareBits(row)) fields.rs1 = fields.rd
  if (isCompressed(row) && !holds(row, target ? { ...fields, imm: 0 } : fields)) {
    const remedy =
      'Use the 32-bit instruction, or registers s0, s1, a0 to a5 where it asks for them.'
    throw new StatementError(place, `${row.name} cannot hold these operands`, remedy)
  }
  if (target !== undefined) {
    const mayShrink = assembly.options.compressed && row.format === 'B'
    const forms = branchForms(row, fields, mayShrink)
    assembly.emitBranch(forms, target.expression, target)
    return
  }
  emit(assembly, row, fields, extra, pending)
}

/** Whether rd and rs1 are the same bits of the word, as in most compressed formats. */
function shareBits(row: Instruction): boolean {
  const { rd, rs1 } = formatOf(row)
  return rd !== undefined && rs1 !== undefined && 'at' in rd && 'at' in rs1 && rd.at === rs1.at
}

/** Emits a row, in its 16-bit form where that is wanted and nothing is left to patch. */
export function emit(
  assembly: Assembly,
  row: Instruction,
  fields: Fields,
  extra: number,
  pending?: Pending,
): void {
  if (pending !== undefined) assembly.fixup(pending.type, pending.expression, pending.place)
  const mayShrink = assembly.options.compressed && pending === undefined && extra === 0
  const short = mayShrink && !isCompressed(row) ? compress(row, fields) : undefined
  const choice = short ?? { row, fields }
  const word = (encode(choice.row, choice.fields) | extra) >>> 0
  assembly.emitInstruction(word, isCompressed(choice.row) ? 2 : 4)
}

function setOperand(
  assembly: Assembly,
  row: Instruction,
  fields: Fields,
  name: ShownOperand,
  operand: Operand,
): Pending | undefined {
  switch (name) {
    case 'rd':
    case 'rs1':
    case 'rs2':
      if (operand.kind === 'register') fields[name] = operand.number
      return undefined
    case 'sp':
      if (operand.kind === 'register' && operand.number !== 2) {
        throw new StatementError(operand, `${row.name} works on sp only`, 'Write sp here.')
      }
      return undefined
    case 'offset(rs1)':
    case '(rs1)':
      return setMemory(assembly, row, fields, operand as MemoryOperand, name === '(rs1)')
    case 'csr':
      fields.imm = csrNumber(assembly, operand as ExpressionOperand)
      return undefined
    case 'pred':
    case 'succ':
      fields.imm |= fenceSet(assembly, operand as ExpressionOperand) << (name === 'pred' ? 4 : 0)
      return undefined
    case 'uimm':
      fields.rs1 = smallNumber(assembly, operand as ExpressionOperand, 31)
      return undefined
    default:
      return setImmediate(assembly, row, fields, operand as ExpressionOperand)
  }
}

function setMemory(
  assembly: Assembly,
  row: Instruction,
  fields: Fields,
  operand: MemoryOperand,
  withoutOffset: boolean,
): Pending | undefined {
  fields.rs1 = operand.base
  if (!withoutOffset) return setImmediate(assembly, row, fields, operand.offset)
  const offset = assembly.constant(operand.offset.expression, operand, 'the offset')
  if (offset !== 0n) {
    throw new StatementError(operand, `${row.name} takes no offset`, 'Write the register alone.')
  }
  return undefined
}
