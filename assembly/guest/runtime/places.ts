/**
 * Places in the source, for reports. Where a coroutine waits is in its descriptor (host/toolchain/backend/link/coroutines.ts); where the
 * program called an operation is what compiled code notes in front of calls of methods with `@placed`
 * (host/toolchain/frontend/language/callPlaces.ts).
 */
import { HANDS_ON } from './scheduler';
import { DESCRIPTOR } from './task';
import { thisThread } from './threadBlock';

/** Words of a descriptor: number of suspensions, length of the name; behind the head pairs of resume address and line, then the name. */
const SUSPENSIONS: usize = 4;
const NAME_BYTES: usize = 12;
const HEAD_BYTES: usize = 16;
const SUSPENSION_BYTES: usize = 8;
/** What names of the runtime's own coroutines hold. */
const library = '(~lib/';

/** Compiled code: a method with `@placed` is called next, in the function `name` at `line`; `frame` is that of a coroutine, or 0. */
export function noteCall(name: string, line: u32, frame: usize): void {
  const thread = thisThread();
  thread.place = changetype<usize>(name);
  thread.placeLine = line;
  thread.caller = frame;
}

/** `serve (echo.ts:12)`, of a call that was noted; empty for calls of the runtime itself. */
export function callText(name: usize, line: u32): string {
  return name ? `${changetype<string>(name)}${line})` : '';
}

/** A place with the words that lead to it; empty if there is none. */
export function led(words: string, place: string): string {
  return place == '' ? '' : words + place;
}

/** Whether a task is a coroutine. */
export function isCoroutine(task: usize): bool {
  return load<usize>(task, DESCRIPTOR) > HANDS_ON;
}

/** Whether a coroutine is one of the runtime's own. */
export function isService(frame: usize): bool {
  return nameOf(frame).includes(library);
}

/** Function and line where a coroutine goes on, `receive (echo.ts:12)`; only the function of one that is running or over. */
export function placeOf(frame: usize): string {
  const descriptor = load<usize>(frame, DESCRIPTOR);
  const address = load<usize>(frame);
  const end = descriptor + HEAD_BYTES + load<u32>(descriptor, SUSPENSIONS) * SUSPENSION_BYTES;
  const name = nameOf(frame);
  for (let place = descriptor + HEAD_BYTES; place < end; place += SUSPENSION_BYTES) {
    if (load<usize>(place) == address) return name + load<u32>(place, 4).toString() + ')';
  }
  return name.substring(0, name.length - 1) + ')';
}

function nameOf(frame: usize): string {
  const descriptor = load<usize>(frame, DESCRIPTOR);
  const suspensions = load<u32>(descriptor, SUSPENSIONS) * SUSPENSION_BYTES;
  const bytes = load<u32>(descriptor, NAME_BYTES);
  return String.UTF8.decodeUnsafe(descriptor + HEAD_BYTES + suspensions, bytes);
}
