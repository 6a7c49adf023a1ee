import { bugCheck } from '../ps/fault';

/**
 * The checked build: the same executive with this constant true asserts its own rules as it runs. They are IRQL and lock order where
 * locks are taken, no lock and no DISPATCH level where a thread waits, requests that are completed by who may, freed memory that
 * nobody has written to, and kernel stacks that have not come to their end. It takes its locks on one hart, too.
 */

export const CHECKED: bool = false;

/** In the checked build, stop with a bug check when a rule is broken. */
export function assertRule(holds: bool, rule: string): void {
  if (CHECKED && !holds) bugCheck(rule, 0);
}
