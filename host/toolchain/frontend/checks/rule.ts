/**
 * What the checks of the syntax tree have in common.
 */
import type ts from 'typescript'
import type { SourceText } from '../source.ts'

/** What is said of a fault. */
export interface Message {
  cause: string
  remedy: string
}

/** What is wrong with a node; undefined if nothing is. */
export type Check = (node: ts.Node, source: SourceText) => Message | undefined

/** Takes the faults of checks that find where to put the mark themselves. */
export type Report = (node: ts.Node, message: Message) => void

/** A check that says the same of all nodes that it applies to. */
export function rule(applies: (node: ts.Node) => boolean, message: Message): Check {
  return (node) => (applies(node) ? message : undefined)
}
