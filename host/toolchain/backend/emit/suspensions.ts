/**
 * How suspensions give their resume address. The most frequent one of a state leaves by a jump that links: `jal t1, leave` makes the address
 * of what follows it, which is the resume point or a jump there, and `leave` stores it, drops the stack frame and returns. Further ones of
 * the same state, of which there are some where code was duplicated, make the same address or still hold it. So does the only suspension
 * of a coroutine whose resume point cannot follow: there is nothing to share `leave` with.
 */
import type { Block, Instruction, IrFunction, SuspendState } from '../ir/ir.ts'
import { suspensionsByState, terminatorOf } from '../ir/ir.ts'
import { Label } from './code.ts'

export class Suspensions {
  /** Resume address of each state. */
  readonly addresses: Label[]
  private readonly linking: (Block | undefined)[]
  /** The block behind each. */
  private readonly next = new Map<Block, Block>()

  /** `held` are suspensions that have the address in a register already. */
  constructor(
    { blocks, coroutine }: IrFunction,
    labels: ReadonlyMap<Block, Label>,
    held: ReadonlySet<Instruction>,
  ) {
    blocks.forEach((block, i) => this.next.set(block, blocks[i + 1]))
    const byState = suspensionsByState(blocks)
    const states = coroutine?.states ?? []
    this.linking = states.map((state, i) => {
      const sites = (byState.get(i) ?? []).filter((block) => !held.has(terminatorOf(block)))
      const often = sites.filter(({ depth }) => depth === sites[0].depth)
      const followed = often.find((block) => this.isFollowed(block, state))
      return followed ?? (states.length > 1 ? often[0] : undefined)
    })
    this.addresses = states.map((state, i) => {
      const site = this.linking[i]
      const isPlain = site === undefined || this.isFollowed(site, state)
      return isPlain ? labels.get(state.resume)! : new Label()
    })
  }

  /** Whether the suspension at the end of a block is the one that makes its state's address. */
  links(block: Block, state: number): boolean {
    return this.linking[state] === block
  }

  private isFollowed(block: Block, { resume }: SuspendState): boolean {
    return this.next.get(block) === resume
  }
}
