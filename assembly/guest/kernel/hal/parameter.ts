import { mmioLoad32 } from '../rv';
import {
  MAILBOX_PARAMETER_NAME,
  MAILBOX_PARAMETER_VALUE,
  MAILBOX_PARAMETERS,
} from '../generated/mailbox';
import { MAILBOX } from './board';

/** Parameters of the run: named numbers that the host gives. The mailbox knows a name by its 32-bit FNV-1a hash. */

const OFFSET_BASIS: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;
/** No such parameter. */
export const NO_PARAMETER: u32 = u32.MAX_VALUE;

/** Place of a parameter in the mailbox by the hash of its name, or NO_PARAMETER. */
export function findParameter(hash: u32): u32 {
  for (let index: u32 = 0; index < MAILBOX_PARAMETERS; index++) {
    if (hash && mmioLoad32(MAILBOX + MAILBOX_PARAMETER_NAME + (index << 2)) == hash) return index;
  }
  return NO_PARAMETER;
}

/** Value of the parameter at a place. */
export function parameterAt(index: u32): u32 {
  return mmioLoad32(MAILBOX + MAILBOX_PARAMETER_VALUE + (index << 2));
}

/** A parameter of the executive by its name in ASCII, or what it is when the run does not give it. */
export function bootParameter(name: string, otherwise: u32): u32 {
  let hash = OFFSET_BASIS;
  for (let i = 0, length = name.length; i < length; i++) {
    hash = (hash ^ load<u16>(changetype<usize>(name) + ((<usize>i) << 1))) * PRIME;
  }
  const index = findParameter(hash);
  return index == NO_PARAMETER ? otherwise : parameterAt(index);
}
