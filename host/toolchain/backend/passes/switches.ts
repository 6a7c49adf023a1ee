/**
 * Spells out `switch` after SSA: a few cases become compare-and-branch, many become a bounds check and a jump through a table of
 * addresses, which lies behind the function's code under the symbol in the `jumptable` instruction.
 */
import type { Block, Instruction, IrFunction, Register } from '../ir/ir.ts'
import { createInstruction, terminatorOf } from '../ir/ir.ts'

/** Up to this many cases a chain of comparisons is shorter than a table. */
const CHAIN_LIMIT = 4

export function expandSwitches(fn: IrFunction): void {
  let nextId = Math.max(...fn.blocks.map((block) => block.id)) + 1
  const blocks: Block[] = []
  const newBlock = (like: Block): Block => ({
    id: nextId++,
    phis: [],
    code: [],
    targets: [],
    predecessors: [],
    depth: like.depth,
    cold: like.cold,
  })
  for (const block of fn.blocks) {
    blocks.push(block)
    const terminator = terminatorOf(block)
    if (terminator.op !== 'switch') continue
    const cases = block.targets.slice(0, -1)
    const expand = cases.length <= CHAIN_LIMIT ? expandChain : expandTable
    blocks.push(...expand(fn, block, terminator, () => newBlock(block)))
  }
  fn.blocks = blocks
}

type Expand = (
  fn: IrFunction,
  block: Block,
  terminator: Instruction,
  newBlock: () => Block,
) => Block[]

const expandChain: Expand = (fn, block, terminator, newBlock) => {
  const index = terminator.uses[0]
  const targets = block.targets
  const otherwise = targets[targets.length - 1]
  const made: Block[] = []
  detach(block)
  let at = block
  targets.slice(0, -1).forEach((target, i) => {
    const last = i === targets.length - 2
    const next = last ? otherwise : newBlock()
    compare(fn, at, terminator, index, i, target, next)
    if (!last) made.push(next)
    at = next
  })
  if (targets.length === 1) connect(block, createInstruction('jump', [], []), [otherwise])
  return made
}

function compare(
  fn: IrFunction,
  block: Block,
  terminator: Instruction,
  index: Register,
  value: number,
  target: Block,
  next: Block,
): void {
  let expected = 0
  if (value !== 0) {
    expected = fn.registers++
    block.code.push(createInstruction('const', [expected], [], value, terminator.at))
  }
  if (target === next) return connect(block, createInstruction('jump', [], []), [next])
  const branch = createInstruction('branch', [], [index, expected], 0, terminator.at)
  connect(block, { ...branch, condition: 'eq' }, [target, next])
}

const expandTable: Expand = (fn, block, terminator, newBlock) => {
  const index = terminator.uses[0]
  const targets = block.targets
  const cases = targets.slice(0, -1)
  const dispatch = newBlock()
  const [limit, high, scaled, entry, address] = Array.from({ length: 5 }, () => fn.registers++)
  const symbol = `${fn.name}.table${dispatch.id}`
  const { at } = terminator
  detach(block)
  block.code.push(createInstruction('const', [limit], [], cases.length, at))
  const branch = createInstruction('branch', [], [index, limit], 0, at)
  connect(block, { ...branch, condition: 'geu' }, [targets[targets.length - 1], dispatch])
  dispatch.code.push(
    { ...createInstruction('high', [high], [], 0, at), symbol },
    createInstruction('sll', [scaled], [index], 2, at),
    createInstruction('add', [entry], [high, scaled], 0, at),
    { ...createInstruction('load32', [address], [entry], 0, at), symbol },
  )
  connect(dispatch, { ...createInstruction('jumptable', [], [address], 0, at), symbol }, cases)
  return [dispatch]
}

/** Takes the terminator and the edges away from a block. */
function detach(block: Block): void {
  block.code.pop()
  for (const target of new Set(block.targets)) {
    target.predecessors.splice(target.predecessors.indexOf(block), 1)
  }
  block.targets = []
}

function connect(block: Block, terminator: Instruction, targets: Block[]): void {
  block.code.push(terminator)
  block.targets = targets
  for (const target of new Set(targets)) target.predecessors.push(block)
}
