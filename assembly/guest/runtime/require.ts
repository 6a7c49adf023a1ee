/**
 * What becomes of a system call that fails. It stands apart from system.ts, whose functions never throw.
 */
import { isError } from './system';

/** Throw when a call fails that cannot fail in a correct program. */
export function require(status: u32, what: string): void {
  if (isError(status)) throw new Error(what + ': status 0x' + status.toString(16));
}
