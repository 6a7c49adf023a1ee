/**
 * Errors on their way from `throw` to `catch`. Compiled code keeps the error in the thread's block and returns; behind the call of a
 * function that may throw it looks there, and goes to its `catch` or returns too (host/toolchain/frontend/language/failures.ts).
 */
import { SYS_NtRaiseHardError, STATUS_UNSUCCESSFUL } from './generated/syscalls';
import { system } from './system';
import { thisThread } from './threadBlock';

/** `throw`; `name` is that of the function, with its file. */
export function raise(error: Error, name: string, line: u32): void {
  error.addPlace(name, line);
  thisThread().failure = changetype<usize>(error);
}

/** An error of the library, thrown at a place of the program; without one, in the library itself. */
export function raiseError(message: string, name: string | null, line: u32): void {
  raiseAt(new Error(message), name, line);
}

export function raiseRangeError(message: string, name: string | null, line: u32): void {
  raiseAt(new RangeError(message), name, line);
}

export function raiseTypeError(message: string, name: string | null, line: u32): void {
  raiseAt(new TypeError(message), name, line);
}

function raiseAt(error: Error, name: string | null, line: u32): void {
  if (name) error.addPlace(name, line);
  resumeFailure(error);
}

/** Whether the call before has failed. */
export function failed(): bool {
  return thisThread().failure != 0;
}

/** The error leaves another function. It is not on its way meanwhile, since what adds the place may fail itself. */
export function passed(name: string, line: u32): void {
  const error = takeFailure();
  error.addPlace(name, line);
  resumeFailure(error);
}

/** The error, which is on its way no more. */
export function takeFailure(): Error {
  const thread = thisThread();
  const error = changetype<Error>(thread.failure);
  thread.failure = 0;
  return error;
}

/** The error goes on from where it was taken. */
export function resumeFailure(error: Error): void {
  thisThread().failure = changetype<usize>(error);
}

/** End the program: nobody has caught the error. */
export function uncaught(error: Error): void {
  const text = String.UTF8.encode(error.stack);
  system(SYS_NtRaiseHardError, STATUS_UNSUCCESSFUL, changetype<usize>(text), text.byteLength, 0, 0);
  unreachable();
}

/** An error of code outside of functions ends the program before its main begins. */
export function checkStart(): void {
  if (failed()) uncaught(takeFailure());
}
