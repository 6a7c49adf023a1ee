import { NEVER, systemTime } from '../hal/clock';
import { WAIT_ALERTABLE, WAIT_USER } from '../ke/wait';

/** Arguments of waits. NT's times: negative is from now, positive absolute, both in 100 ns; no pointer is for ever. */

/** The moment that a probed, optional pointer to a time means; 0 for "at once". */
export function deadlineOf(pointer: usize): u64 {
  if (!pointer) return NEVER;
  const time = <i64>(((<u64>load<u32>(pointer, 4)) << 32) | (<u64>load<u32>(pointer)));
  return time < 0 ? systemTime() + <u64>-time : <u64>time;
}

/** Mode of a program's wait. */
export function waitMode(alertable: u32): u32 {
  return alertable ? WAIT_USER | WAIT_ALERTABLE : WAIT_USER;
}
