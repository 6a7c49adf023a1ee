/** Prints the intermediate representation as text, for `--dump` and for the tests of the passes. */
import type { Block, Instruction, IrFunction } from './ir.ts'
import { isLoad, isStore, isUnary, terminatorOf } from './ir.ts'

const register = (index: number): string => (index === 0 ? 'zero' : `v${index}`)
const label = (block: Block): string => `b${block.id}`

/** One instruction; `block` gives a terminator its targets and a phi its predecessors. */
export function printInstruction(instruction: Instruction, block?: Block): string {
  const { op, defs, uses, imm, symbol, condition } = instruction
  const left = defs.length > 0 ? `${defs.map(register).join(', ')} = ` : ''
  const targets = block === undefined ? [] : block.targets.map(label)
  const operands = uses.map(register)
  if (op === 'phi' && block !== undefined) {
    const sources = uses.map((use, i) => `${label(block.predecessors[i])}: ${register(use)}`)
    return `${left}phi ${sources.join(', ')}`
  }
  if (op === 'branch') {
    return `branch ${condition} ${operands.join(', ')} ${targets.join(' else ')}`
  }
  if (isLoad(op)) return `${left}${op} ${place(operands[0], instruction)}`
  if (isStore(op)) return `${op} ${operands[1]}, ${place(operands[0], instruction)}`
  const words = [...operands]
  if (symbol !== undefined) words.unshift(symbol)
  if (usesImmediate(instruction)) words.push(String(imm))
  return `${left}${op} ${[...words, ...targets].join(', ')}`.trimEnd()
}

function place(base: string, { imm, symbol, volatile }: Instruction): string {
  const offset = symbol === undefined ? String(imm) : `%lo(${symbol}${imm ? ` + ${imm}` : ''})`
  return `${offset}(${base})${volatile ? ' volatile' : ''}`
}

const WITHOUT_IMMEDIATE = new Set(['copy', 'call', 'return', 'jump', 'switch', 'parameters'])

function usesImmediate({ op, uses, imm }: Instruction): boolean {
  if (WITHOUT_IMMEDIATE.has(op) || isUnary(op)) return false
  return op === 'const' || imm !== 0 || uses.length === 1
}

export function printFunction(fn: IrFunction): string {
  const lines = [`function ${fn.name} (${fn.parameterWords}) -> ${fn.resultWords}`]
  for (const block of fn.blocks) {
    const from = block.predecessors.map(label).join(' ')
    lines.push(
      `${label(block)}:${from && ` ; from ${from}`}${block.depth ? ` depth ${block.depth}` : ''}`,
    )
    for (const phi of block.phis) lines.push(`  ${printInstruction(phi, block)}`)
    const last = terminatorOf(block)
    for (const item of block.code) {
      lines.push(`  ${printInstruction(item, item === last ? block : undefined)}`)
    }
  }
  return `${lines.join('\n')}\n`
}
